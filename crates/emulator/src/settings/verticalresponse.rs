//! How the first generation of VerticalResponse behaves where its documents are silent.

use serde::{Deserialize, Serialize};

use super::{Admission, Throttling};

/// VerticalResponse's own hosted OAuth, generation 1. The default is what its page says or, where
/// that is silent, what working clients seem to have met; lifetimes are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct VerticalResponse {
    /// Life of an authorization code.
    pub code_lifetime: u64,
    /// Whether a code serves only once.
    pub code_single_use: bool,
    /// Whether the callback carries the `state` back.
    pub state_returned: bool,
    /// What becomes of a `response_type`, which the documents do not know.
    pub response_type: Admission,
    /// Which redirect URIs an authorization request may name.
    pub redirect_uri: RedirectCheck,
    /// How the app learns that the customer said no.
    pub denial: Denial,
    /// What becomes of an exchange by `GET`, the documented one.
    pub get_exchange: Admission,
    /// What becomes of an exchange by `POST` with a form.
    pub post_exchange: Admission,
    /// How the token reply tells whose tokens these are.
    pub user_id: UserId,
    /// How the token reply calls the type of its token.
    pub token_type: TokenType,
    /// What the token reply carries that the documents do not know.
    pub extras: Extras,
    /// Life of an access token where `extras` gives it one; without end otherwise.
    pub access_lifetime: u64,
    /// What the token endpoint says its JSON is.
    pub content_type: ReplyType,
    /// Whether the token reply forbids to be kept by a cache.
    pub no_store: bool,
    /// The shape of a refused exchange.
    pub exchange_errors: ExchangeErrors,
    /// HTTP status of a refused exchange.
    pub exchange_status: u16,
    /// What the token endpoint answers to wrong app credentials.
    pub bad_client: BadClient,
    /// The shape of an error of the API.
    pub api_errors: ApiErrors,
    /// HTTP status of an API call with a bad token.
    pub rejection_status: u16,
    /// Whether the `code` of an error is a string.
    pub code_as_string: bool,
    /// Whether a bad token is answered with the gateway's headers too: its error code, a Bearer
    /// challenge.
    pub mashery_headers: bool,
    /// How the fault `rate-limit` looks.
    pub throttling: Throttling,
    /// The origin that `links.next.url` of a collection names; `None` is the emulator's own. Another
    /// one tempts a client into taking its token there.
    pub next_origin: Option<String>,
    /// Whether the gateway has no such service any more: 596 for everything.
    pub retired: bool,
}

/// Which redirect URIs an authorization request may name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RedirectCheck {
    /// Any (`"none"`); an app that is not registered is sent back to loopback only.
    #[default]
    #[serde(rename = "none")]
    Unchecked,
    /// A registered one, whatever its query says.
    WithoutQuery,
    /// A registered one, byte by byte.
    Exact,
}

/// How the app learns that the customer said no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Denial {
    /// The browser comes back with `error=access_denied`.
    #[default]
    Error,
    /// The browser comes back without a word.
    Bare,
    /// The browser stays on the provider's page.
    Page,
}

/// How the token reply tells whose tokens these are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UserId {
    /// Digits in a string.
    #[default]
    String,
    /// A number.
    Number,
    /// Not at all.
    Absent,
    /// With `null`.
    Null,
}

/// How the token reply calls the type of its token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenType {
    /// `bearer`
    #[default]
    Bearer,
    /// `Bearer`
    #[serde(rename = "Bearer")]
    Capital,
    /// Not at all.
    Absent,
    /// `null`
    Null,
}

/// What the token reply carries that the documents do not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Extras {
    /// Nothing.
    #[default]
    None,
    /// `expires_in`, `refresh_token`, `scope`, each of them `null`.
    Nulls,
    /// `expires_in`, and the token does end.
    ExpiresIn,
    /// `expires_in: 0`, though the token has no end.
    ExpiresInZero,
    /// `refresh_token` with `expires_in`; a `POST` with `grant_type=refresh_token` then works.
    RefreshToken,
}

/// What the token endpoint says its JSON is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReplyType {
    /// `application/json`
    #[default]
    Json,
    /// `text/html`
    Html,
    /// `text/javascript`
    Javascript,
}

/// The shape of a refused exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExchangeErrors {
    /// As the API's clients read it: an object `error` with `code` and `message`.
    #[default]
    Error,
    /// As the API's documents tell it: an object `status`.
    Status,
    /// `error` as a word, with `error_description`.
    Flat,
    /// A page.
    Html,
}

/// What the token endpoint answers to wrong app credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BadClient {
    /// 401 with a page.
    #[default]
    Html,
    /// 401 with `{"error":"invalid_client"}`, the gateway's `ERR_403_NOT_AUTHORIZED`, a challenge.
    Flat,
    /// The same with `ERR_403_DEVELOPER_INACTIVE`.
    Inactive,
}

/// The shape of an error of the API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ApiErrors {
    /// As clients read it: an object `error`.
    #[default]
    Error,
    /// As the documents tell it: an object `status`.
    Status,
}

impl Default for VerticalResponse {
    fn default() -> Self {
        Self {
            code_lifetime: 300,
            code_single_use: true,
            state_returned: false,
            response_type: Admission::Accepted,
            redirect_uri: RedirectCheck::default(),
            denial: Denial::default(),
            get_exchange: Admission::Accepted,
            post_exchange: Admission::Refused,
            user_id: UserId::default(),
            token_type: TokenType::default(),
            extras: Extras::default(),
            access_lifetime: 3600,
            content_type: ReplyType::default(),
            no_store: true,
            exchange_errors: ExchangeErrors::default(),
            exchange_status: 400,
            bad_client: BadClient::default(),
            api_errors: ApiErrors::default(),
            rejection_status: 403,
            code_as_string: false,
            mashery_headers: false,
            throttling: Throttling::OverQps,
            next_origin: None,
            retired: false,
        }
    }
}
