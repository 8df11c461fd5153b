//! The options that say how an account is come by.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use serde::{Deserialize, Serialize};

use super::account_name;
use crate::{
    app::GrantName,
    environment::{BindingName, Generation},
    provider::ProviderName,
};

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Grants of GetResponse:
  authorization-code  a customer consents in a browser; the token renews itself
  client-credentials  the account that the app belongs to: no browser, no consent
  implicit            a customer consents in a browser, which hands the token over

Implicit is advised against (RFC 9700, 2.1.2): the token passes through the browser, and stays in its history. It \
cannot be renewed. It is stored, sealed, because this command asks for it.

VerticalResponse has one grant, authorization-code, in two generations of apps:
  1  of its developer portal: tokens without an end, nothing to renew, nothing to revoke from here
  2  delegated apps, of an account's settings: tokens end, renew themselves, can be given back
Its redirect URL is named in both requests. Generation 1 is known to return no `state`, so --binding says what marks \
a callback as this login's; generation 2 returns it.

The address that the browser comes back to is the redirect URL of the app's registration. If it is on loopback, the \
command listens there. GetResponse is reported to refuse loopback addresses for some apps: any other address works \
too, and then the one in the browser's address bar is pasted.

What is given here is remembered with the account, sealed, once the account is connected. Endpoints and the MAX \
environment are remembered together: whoever gives one of them anew gives all that is to hold. A name is one \
account's, whoever its provider is.")]
pub(crate) struct ConnectArgs {
    /// The provider
    pub(crate) provider: ProviderName,
    /// The name that the account has here
    #[arg(long, value_name = "NAME", default_value = "main", value_parser = account_name)]
    pub(crate) account: String,
    /// Open no browser: the address is printed in any case
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// Read the address that the browser comes back to from the terminal, instead of listening
    #[arg(long)]
    pub(crate) paste: bool,
    #[command(flatten)]
    pub(crate) app: AppArgs,
    /// How long to wait for the browser to come back
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    pub(crate) timeout: u32,
}

/// Which app it is, how it gets access, where its server is.
#[derive(ClapArgs, Debug)]
pub(crate) struct AppArgs {
    /// How access is come by [default: as remembered, else authorization-code]
    #[arg(long, value_name = "GRANT")]
    pub(crate) grant: Option<GrantName>,
    /// The redirect URL of the app's registration [default: http://127.0.0.1:8765/callback]
    #[arg(long, value_name = "URL")]
    pub(crate) redirect_uri: Option<String>,
    /// Name the redirect URL in both requests, for servers that want it; implicit and VerticalResponse always name it
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub(crate) send_redirect_uri: Option<bool>,
    /// Send a proof key (RFC 7636), for servers that want it; not with VerticalResponse's generation 1
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub(crate) pkce: Option<bool>,
    /// The app's id
    #[arg(long, value_name = "ID", env = "MAILGRANT_CLIENT_ID")]
    pub(crate) client_id: Option<String>,
    /// A file with the app's secret, which may end with one newline; without it, MAILGRANT_CLIENT_SECRET
    #[arg(long, value_name = "PATH")]
    pub(crate) client_secret_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    #[command(flatten)]
    pub(crate) vertical: VerticalResponseArgs,
}

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
The token is one line on stdin; a terminal does not show it. It is of GetResponse, whose API is asked once whose it \
is: over an account that is connected, the token of another one is not kept, nor is one that the API does not name. \
Whether it can do what it is for, the first call shows. It is never renewed: adopt the next one once it has ended. It \
takes the place of what the account had.")]
pub(crate) struct AdoptArgs {
    /// The account's name
    #[arg(value_parser = account_name)]
    pub(crate) account: String,
    /// The life that the token has left [default: unknown]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) expires_in: Option<u32>,
    /// The id of the app that it belongs to, if it is known
    #[arg(long, value_name = "ID", env = "MAILGRANT_CLIENT_ID")]
    pub(crate) client_id: Option<String>,
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
}

/// Where the server is, how it wants to be spoken to.
#[derive(ClapArgs, Debug)]
pub(crate) struct EnvironmentArgs {
    /// Another server's authorization page
    #[arg(long, value_name = "URL", requires_all = ["token_url", "api_url"])]
    pub(crate) authorize_url: Option<String>,
    /// Another server's token endpoint
    #[arg(long, value_name = "URL", requires_all = ["authorize_url", "api_url"])]
    pub(crate) token_url: Option<String>,
    /// The base of another server's API
    #[arg(long, value_name = "URL", requires_all = ["authorize_url", "token_url"])]
    pub(crate) api_url: Option<String>,
    /// GetResponse: the panel domain of a MAX account, such as custom-domain.getresponse360.com
    #[arg(long, value_name = "HOST", requires = "max_region")]
    pub(crate) max_domain: Option<String>,
    /// GetResponse: where that MAX account's API is
    #[arg(long, value_name = "REGION", requires = "max_domain")]
    pub(crate) max_region: Option<RegionName>,
    /// GetResponse: the parent account that calls are about, for a user who belongs to several; empty for none
    #[arg(long, value_name = "LOGIN")]
    pub(crate) parent_login: Option<String>,
    /// GetResponse: write token requests as JSON instead of a form
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub(crate) json_body: Option<bool>,
}

/// What VerticalResponse alone has.
#[derive(ClapArgs, Debug)]
pub(crate) struct VerticalResponseArgs {
    /// VerticalResponse: which kind of app it is [default: as remembered, else 1]
    #[arg(long, value_name = "1|2", hide_possible_values = true)]
    pub(crate) generation: Option<Generation>,
    /// VerticalResponse 2: where another server is told that a grant is given back
    #[arg(long, value_name = "URL", requires_all = ["authorize_url", "token_url", "api_url"])]
    pub(crate) revoke_url: Option<String>,
    /// VerticalResponse 1: what marks a callback as this login's [default: as remembered, else redirect-nonce]
    #[arg(long, value_name = "MARK")]
    pub(crate) binding: Option<BindingName>,
    /// VerticalResponse 1: exchange the code by POST, which keeps the secret out of the URL; undocumented
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub(crate) post_exchange: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RegionName {
    Com,
    Pl,
}
