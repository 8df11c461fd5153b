//! How the emulated provider behaves where documents leave a choice.

mod delegated;
mod shared;
mod verticalresponse;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use delegated::{Delegated, Exp, ExpiresIn, InvalidGrant, Revoke};
pub use shared::{Admission, Pkce, Rotation, Throttling};
pub use verticalresponse::{
    ApiErrors, BadClient, Denial, ExchangeErrors, Extras, RedirectCheck, ReplyType, TokenType, UserId, VerticalResponse,
};

/// The providers' behaviour. The default is what they document; lifetimes are in seconds. `consent`,
/// `account`, `any_client` hold for all of them, `rotation` also for VerticalResponse's generation 1
/// should it have refresh tokens, the rest is GetResponse's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Settings {
    /// Life of an access token from a code exchange or the implicit grant.
    pub access_lifetime: u64,
    /// Life of an access token from a refresh; `None` is the same as `access_lifetime`.
    pub refreshed_lifetime: Option<u64>,
    /// Life of an access token from client credentials.
    pub client_credentials_lifetime: u64,
    /// Life of an authorization code.
    pub code_lifetime: u64,
    /// Life of a refresh token; `None` is without end.
    pub refresh_lifetime: Option<u64>,
    /// What a refresh answers as refresh token.
    pub rotation: Rotation,
    /// The shape of a refusal at the token endpoint. The API always answers the envelope, as does
    /// either of them to a wrong `X-Domain`.
    pub errors: Errors,
    /// HTTP status of an envelope that refuses a client or a grant at the token endpoint.
    pub envelope_status: u16,
    /// What the authorization page does.
    pub consent: Consent,
    /// What becomes of a `redirect_uri`. The implicit grant needs one whatever this says.
    pub redirect_uri: RedirectUri,
    /// What becomes of a `code_challenge`.
    pub pkce: Pkce,
    /// Whether the callback carries the `state` back.
    pub state_returned: bool,
    /// The order of the implicit grant's fragment, with the case of its token type.
    pub implicit_order: ImplicitOrder,
    /// Whether the implicit grant sends an error back in the fragment (RFC 6749) instead of the
    /// query (bshaffer, the library that GetResponse's answers look like).
    pub implicit_errors_in_fragment: bool,
    /// Whether a scope may be asked for. Answers carry `"scope": null` either way.
    pub scope_accepted: bool,
    /// Whether an error envelope has its `uuid`.
    pub uuid_present: bool,
    /// Whether an error envelope says that it has nothing to say with `[]` instead of `{}`.
    pub context_as_list: bool,
    /// Whether the API's 401 carries `WWW-Authenticate`.
    pub www_authenticate: bool,
    /// The address of the account that consents; `None` connects a new account each time. A request
    /// may name one in `login_hint`, a help for tests that GetResponse does not know.
    pub account: Option<String>,
    /// Accepts every client id with every secret, unless the id is registered (then its secret
    /// counts). Such an app may be sent back to loopback only.
    pub any_client: bool,
    /// VerticalResponse, generation 1.
    pub verticalresponse: VerticalResponse,
    /// VerticalResponse, generation 2.
    pub delegated: Delegated,
}

/// The shape of a refusal at the token endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Errors {
    /// GetResponse's own: `httpStatus`, `code`, `message` and so on.
    Envelope,
    /// `error` with `error_description`.
    #[default]
    Rfc6749,
}

/// What the authorization page does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Consent {
    /// Shows a page with two buttons.
    Ask,
    /// Grants at once.
    #[default]
    Auto,
    /// Denies at once.
    Deny,
}

/// What becomes of a `redirect_uri`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RedirectUri {
    /// If sent with the authorization it must be a registered one, and the token request must
    /// repeat it. If not, the registered one is used.
    #[default]
    Optional,
    /// The registered one is used, whatever is sent.
    Ignored,
    /// An authorization request that sends one is refused.
    Refused,
}

/// The order of the implicit grant's fragment, with the case of its token type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ImplicitOrder {
    /// `access_token`, `state`, `token_type=bearer`, `expires_in`: GetResponse's own sample.
    #[default]
    Documented,
    /// `access_token`, `expires_in`, `token_type=Bearer`, `state`: bshaffer/oauth2-server-php.
    Bshaffer,
}

impl Settings {
    /// Sets one field by its name (`rotation`, `verticalresponse.user_id`). The value is JSON (`60`,
    /// `true`, `null`) or else a bare word (`strict`).
    ///
    /// # Errors
    ///
    /// The name is unknown or the value does not fit; nothing is changed.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), InvalidSetting> {
        let word = Value::from(value);
        let json = serde_json::from_str(value).unwrap_or_else(|_| word.clone());
        // There are words that are JSON too, such as `null`.
        self.merge(change(name, json)).or_else(|error| self.merge(change(name, word)).map_err(|_| error))
    }

    /// Overwrites the given fields, or none of them; of a nested object only what is given.
    pub(crate) fn merge(&mut self, changes: Map<String, Value>) -> Result<(), InvalidSetting> {
        let mut merged = serde_json::to_value(&*self).map_err(|error| InvalidSetting(error.to_string()))?;
        overlay(&mut merged, Value::Object(changes));
        *self = serde_json::from_value(merged).map_err(|error| InvalidSetting(error.to_string()))?;
        Ok(())
    }
}

/// One field as an object that changes nothing else.
fn change(name: &str, value: Value) -> Map<String, Value> {
    match name.split_once('.') {
        Some((outer, inner)) => Map::from_iter([(outer.to_owned(), Value::Object(change(inner, value)))]),
        None => Map::from_iter([(name.to_owned(), value)]),
    }
}

fn overlay(base: &mut Value, changes: Value) {
    match (base, changes) {
        (Value::Object(fields), Value::Object(changes)) => {
            for (name, value) in changes {
                overlay(fields.entry(name).or_insert(Value::Null), value);
            }
        }
        (base, value) => *base = value,
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            access_lifetime: 3600,
            refreshed_lifetime: None,
            client_credentials_lifetime: 86400,
            code_lifetime: 600,
            refresh_lifetime: None,
            rotation: Rotation::default(),
            errors: Errors::default(),
            envelope_status: 401,
            consent: Consent::default(),
            redirect_uri: RedirectUri::default(),
            pkce: Pkce::default(),
            state_returned: true,
            implicit_order: ImplicitOrder::default(),
            implicit_errors_in_fragment: false,
            scope_accepted: false,
            uuid_present: false,
            context_as_list: false,
            www_authenticate: false,
            account: None,
            any_client: false,
            verticalresponse: VerticalResponse::default(),
            delegated: Delegated::default(),
        }
    }
}

/// A field of [`Settings`] that does not exist, or a value that does not fit it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSetting(String);

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidSetting {}

#[cfg(test)]
mod tests {
    use super::{ExpiresIn, Rotation, Settings, UserId};

    #[test]
    fn fields_are_set_by_name() {
        let mut settings = Settings::default();
        settings.set("rotation", "none").unwrap();
        settings.set("refresh_lifetime", "60").unwrap();
        settings.set("uuid_present", "true").unwrap();
        assert_eq!(settings.rotation, Rotation::Absent);
        assert_eq!(settings.refresh_lifetime, Some(60));
        settings.set("refresh_lifetime", "null").unwrap();
        assert_eq!(settings.refresh_lifetime, None);
    }

    #[test]
    fn a_wrong_name_or_value_changes_nothing() {
        let mut settings = Settings::default();
        assert!(settings.set("rotatoin", "none").is_err());
        assert!(settings.set("rotation", "sometimes").is_err());
        assert!(settings.set("access_lifetime", "-1").is_err());
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn nested_fields_are_set_by_dotted_name() {
        let mut settings = Settings::default();
        settings.set("verticalresponse.user_id", "null").unwrap();
        settings.set("delegated.expires_in", "string").unwrap();
        settings.set("delegated.refresh_lifetime", "60").unwrap();
        assert_eq!(settings.verticalresponse.user_id, UserId::Null);
        assert_eq!(settings.delegated.expires_in, ExpiresIn::String);
        assert_eq!(settings.delegated.refresh_lifetime, Some(60));
        assert_eq!(settings.delegated.code_lifetime, 300, "the rest stays");
        let before = settings.clone();
        for name in ["verticalresponse.nothing", "delegated.rotation.x", "delegated", "nothing.x"] {
            assert!(settings.set(name, "1").is_err(), "{name}");
        }
        assert_eq!(settings, before);
    }

    #[test]
    fn settings_survive_json() {
        let json = serde_json::to_string(&Settings::default()).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), Settings::default());
        assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
    }
}
