//! The command line, as it is read.

mod connecting;
mod moving;
mod upkeep;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use mailgrant_core::http::Method;

pub(crate) use self::connecting::{AdoptArgs, AppArgs, ConnectArgs, EnvironmentArgs, RegionName, VerticalResponseArgs};
pub(crate) use self::moving::{ExportArgs, IdentityArgs, ImportArgs};
pub(crate) use self::upkeep::{EventsArgs, KeysArgs, KeysCommand, ListArgs, MigrateArgs};
use crate::{exit, provider::ProviderName, running, store::StoreAddress};

/// OAuth 2.0 grants for GetResponse, VerticalResponse: obtain access, keep it, use it, give it up.
#[derive(Debug, Parser)]
#[command(name = "mailgrant", version, after_help = exit::CODES, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) places: Places,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Places {
    /// Where accounts are kept: sqlite:PATH, postgres://USER@HOST/DATABASE or redis://HOST/NUMBER (rediss:// for TLS)
    /// [default: mailgrant/mailgrant.db in the data directory]. A service's store under names of its own: ?schema=NAME (of
    /// PostgreSQL), ?prefix=PREFIX, ?pgbouncer=true where PgBouncer in transaction mode stands before it. Whoever lists this machine's processes reads its command
    /// lines: give an address with a password in the environment
    #[arg(
        long,
        global = true,
        value_name = "STORE",
        env = "MAILGRANT_STORE",
        hide_env_values = true,
        value_parser = StoreAddress::read
    )]
    pub(crate) store: Option<StoreAddress>,
    /// The keys that seal what is kept, never in the store's directory [default: mailgrant/sealing-key in the
    /// configuration directory, made on first use]. A store on a server has no default and makes none: every process
    /// there has the same
    #[arg(long, global = true, value_name = "PATH", env = "MAILGRANT_KEY_FILE")]
    pub(crate) key_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Connect an account, or connect it again: through the provider's consent page, or in the app's own name
    Connect(ConnectArgs),
    /// Keep a GetResponse token that was made elsewhere, such as by the panel's "generate credentials"; it is read from stdin
    Adopt(AdoptArgs),
    /// List the accounts and how they stand
    Accounts(AccountsArgs),
    /// Print an access token, renewed if it must be
    Token(AccountArgs),
    /// Call the API with the account's token, and print the answer's body
    Call(CallArgs),
    /// Renew the account's token now
    Refresh(AccountArgs),
    /// Give an account up: the provider is told where it can be, and its secrets are erased here
    Disconnect(DisconnectArgs),
    /// Take accounts over from other code: JSON lines, its table, or an export
    Import(ImportArgs),
    /// Move accounts to another store: a file that one recipient can open
    Export(ExportArgs),
    /// Make the key pair of a recipient of exports; print the public key
    Identity(IdentityArgs),
    /// Bring the store's schema to this build's, or print it
    Migrate(MigrateArgs),
    /// The keys that seal what is kept: list them, change them
    Keys(KeysArgs),
    /// Print what happened to the accounts
    Events(EventsArgs),
    /// Run the OAuth servers and APIs of both providers on loopback
    Emulate(EmulateArgs),
    /// Play the whole story against the emulator
    Demo(DemoArgs),
}

impl Command {
    /// What to say when Ctrl-C ends it.
    pub(crate) fn interrupted(&self) -> &'static str {
        match self {
            Self::Connect(_) => {
                "interrupted: a login that was begun can still be finished; run the same command again, and it says how"
            }
            Self::Keys(KeysArgs { command: KeysCommand::Reseal }) => {
                "interrupted: what was resealed stays so; run the same command again, and it goes on"
            }
            Self::Import(_) | Self::Export(_) => {
                "interrupted: no account is lost; run the same command again, and it goes on"
            }
            _ => "interrupted",
        }
    }
}

#[derive(ClapArgs, Debug)]
pub(crate) struct AccountArgs {
    /// The account's name
    #[arg(value_parser = account_name)]
    pub(crate) account: String,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct AccountsArgs {
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
If the provider cannot be told now, the account is given up here all the same, and the secret that the provider takes \
is kept, sealed, until the same command has told it.")]
pub(crate) struct DisconnectArgs {
    /// The account's name
    #[arg(value_parser = account_name)]
    pub(crate) account: String,
    /// Erase what is here without telling the provider, which may never be reached
    #[arg(long)]
    pub(crate) forget: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct CallArgs {
    /// The account's name
    #[arg(value_parser = account_name)]
    pub(crate) account: String,
    /// GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS
    #[arg(value_parser = method)]
    pub(crate) method: Method,
    /// A path of the API, such as /accounts or /contacts: relative to its base, with a query if need be
    pub(crate) path: String,
    /// The request's body in JSON: as it is, from a file (@PATH) or from stdin (-)
    #[arg(long, value_name = "BODY|@FILE|-", allow_hyphen_values = true)]
    pub(crate) data: Option<String>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct EmulateArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// What the consent page does [default: ask if stdout is a terminal, else auto]
    #[arg(long, value_name = "ANSWER")]
    pub(crate) consent: Option<ConsentName>,
    /// The same as --consent auto
    #[arg(long, conflicts_with = "consent")]
    pub(crate) auto: bool,
    /// Misbehave: `NAME[@TARGET][xN]`, such as html-502@token or rate-limitx2; without xN always
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<crate::emulate::Misfortune>,
    /// Behave as the provider might: NAME=VALUE
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    /// Register one app with this id; without it, every id with every secret is accepted
    #[arg(long, value_name = "ID", requires = "client_secret_file")]
    pub(crate) client_id: Option<String>,
    /// A file with that app's secret
    #[arg(long, value_name = "PATH", requires = "client_id")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// That app's redirect URL
    #[arg(long, value_name = "URL", requires = "client_id")]
    pub(crate) redirect_uri: Option<String>,
    /// Put that app into GetResponse's MAX environment with this panel domain
    #[arg(long, value_name = "DOMAIN", requires = "client_id")]
    pub(crate) max: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ConsentName {
    Ask,
    Auto,
    Deny,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct DemoArgs {
    /// Consent by itself, without a browser
    #[arg(long)]
    pub(crate) headless: bool,
    /// Tell the emulator to misbehave, and see which promise breaks (names: mailgrant emulate --help)
    #[arg(long, value_name = "NAME")]
    pub(crate) fault: Vec<String>,
}

fn account_name(text: &str) -> Result<String, String> {
    running::account_key(ProviderName::Getresponse, text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

fn method(text: &str) -> Result<Method, String> {
    const KNOWN: [Method; 7] =
        [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
    KNOWN
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| "a method is GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn there_is_no_way_to_give_a_secret_as_an_argument() {
        for command in Args::command().get_subcommands() {
            for arg in command.get_arguments() {
                let name = arg.get_id().as_str();
                assert!(!name.contains("secret") || name == "client_secret_file", "{name}");
            }
        }
    }
}
