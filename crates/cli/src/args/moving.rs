//! The options of the commands that move accounts from one keeper to another.

use std::path::PathBuf;

use clap::{ArgGroup, Args as ClapArgs};

use super::{AppArgs, account_name};
use crate::{
    import::{ColumnOf, HandOver},
    provider::ProviderName,
    store::StoreAddress,
};

#[derive(ClapArgs, Debug)]
#[command(group = ArgGroup::new("source").required(true).args(["input", "table"]))]
#[command(after_help = "\
A grant that is refreshed by two is soon nobody's, so each account is taken from the old code before it is one here, \
and nothing of it is sent to the provider until its first renewal is due. All accounts of a run are of one app, which is \
given as to `connect`.

JSON lines: one object in each line, such as
  {\"account\":\"main\",\"refresh_token\":\"…\",\"access_token\":\"…\",\"expires_at\":1767225600}
with `account`, one token, and as far as they are known `expires_at` (seconds since 1970, RFC 3339, or \"never\") or \
`expires_in` with `obtained_at`; `scope`, `account_id` (the provider's own name of it), `grant`. The old code writes a \
line when it will not refresh that account any more. Each line is answered by one on stdout once the account is kept \
here, so that a pipe can go account by account.

A table: --table with --from, and --column for each column that is not called as the field is. `account_id` is never \
guessed. Each account is taken by one statement that names the refresh token that was read: --hand-over erase sets that \
column to NULL, --hand-over mark:COLUMN sets a boolean column that the old code heeds. A refresh of the old code's that \
was under way then is waited for (--settle), and what it wrote is taken over. Before an account is taken its tokens are put \
aside here, sealed; so whatever ends this command, the same command goes on and loses none.

An account that is connected here is left as it is. A bad line is said with its number, and the others go on; the exit \
code is 1 if any was left. --dry-run looks at everything, and changes nothing.")]
pub(crate) struct ImportArgs {
    /// The provider
    pub(crate) provider: ProviderName,
    /// A file of JSON lines, or - for stdin
    #[arg(value_name = "FILE|-")]
    pub(crate) input: Option<PathBuf>,
    /// FILE was sealed by `mailgrant export` for this identity, which `mailgrant identity` made
    #[arg(long, value_name = "PATH", requires = "input")]
    pub(crate) identity: Option<PathBuf>,
    /// The table that the old code keeps its accounts in: NAME or SCHEMA.NAME
    #[arg(long, value_name = "NAME", requires = "from")]
    pub(crate) table: Option<String>,
    /// Where the table is: sqlite:PATH or postgres://USER@HOST/DATABASE. Give an address with a password in the environment
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "MAILGRANT_IMPORT_FROM",
        hide_env_values = true,
        value_parser = StoreAddress::read
    )]
    pub(crate) from: Option<StoreAddress>,
    /// Which column a field is in; once for each field
    #[arg(long, value_name = "FIELD=COLUMN", requires = "table")]
    pub(crate) column: Vec<ColumnOf>,
    /// How an account is taken from the old code: erase, or mark:COLUMN
    #[arg(long, value_name = "HOW", requires = "table", default_value = "erase")]
    pub(crate) hand_over: HandOver,
    /// How long a refresh of the old code's may be under way; 0 if it holds the row's lock meanwhile
    #[arg(long, value_name = "SECONDS", requires = "table", default_value_t = 30)]
    pub(crate) settle: u32,
    /// Look at everything, change nothing, say the same; only a store in a file that an older build made is migrated
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print a JSON object in each line
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) app: AppArgs,
}

#[derive(ClapArgs, Debug)]
#[command(group = ArgGroup::new("which").required(true).args(["account", "all"]))]
#[command(after_help = "\
An export is a move: once the file is whole on the disk the accounts are given up here, and the provider is not told. \
Whoever has the identity imports them with `mailgrant import PROVIDER FILE --identity PATH`, with the app's id and \
secret, which is not in the file. While they are on their way nobody renews them. If this command is ended before it is \
done, the same command goes on: no account is lost, and none is kept twice.

--copy leaves the accounts here. Of a grant whose refresh token is replaced at each renewal, the copy and the account \
here end each other: whoever renews second holds a dead token, and some providers then end the grant for both. Use it for \
tokens that are never renewed, or as a copy to go back to while nobody renews here.")]
pub(crate) struct ExportArgs {
    /// For whom: the public key that `mailgrant identity` printed
    #[arg(long, value_name = "KEY")]
    pub(crate) to: String,
    /// An account's name; once for each
    #[arg(long, value_name = "NAME", value_parser = account_name)]
    pub(crate) account: Vec<String>,
    /// Every account that this command line keeps: those of the tenant `default`
    #[arg(long, conflicts_with = "account")]
    pub(crate) all: bool,
    /// The file to write, which must not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Leave the accounts here; see below what that means
    #[arg(long)]
    pub(crate) copy: bool,
}

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
The file is made for its owner alone, and stays where it is; the public key may be given to anybody. Delete the file once \
what was exported to it is imported.")]
pub(crate) struct IdentityArgs {
    /// The file of the private key: made if it is not there
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
}
