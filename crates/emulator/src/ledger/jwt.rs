//! An access token that looks as if it could be read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::chance::hex40;
use crate::account::Account;
use crate::clock::Moment;
use crate::settings::Exp;

const HOUR: u64 = 3600;
const TEN_YEARS: u64 = 10 * 365 * 24 * HOUR;

/// Three parts as of a JWT. Its signature is noise: nobody but the emulator can tell whether it is
/// good, which is all that a client needs to know.
pub(super) fn jwt(account: &Account, now: Moment, lifetime: Option<u64>, exp: Exp) -> String {
    let issued = now.as_secs();
    let mut claims = json!({ "sub": account.number().to_string(), "iat": issued, "jti": hex40() });
    let end = match exp {
        Exp::Honest => lifetime.map(|lifetime| issued.saturating_add(lifetime)),
        Exp::Past => Some(issued.saturating_sub(HOUR)),
        Exp::Future => Some(issued.saturating_add(TEN_YEARS)),
        Exp::Absent => None,
    };
    if let Some(end) = end {
        claims["exp"] = end.into();
    }
    let signature: [u8; 32] = rand::random();
    let header = part(&json!({ "alg": "RS256", "typ": "JWT" }));
    format!("{header}.{}.{}", part(&claims), URL_SAFE_NO_PAD.encode(signature))
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exp(exp: Exp) -> Value {
        let token = jwt(&Account::new("a@b"), Moment::from_secs(10_000), Some(60), exp);
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        serde_json::from_slice::<Value>(&claims).unwrap()["exp"].clone()
    }

    #[test]
    fn a_token_may_lie_about_its_end() {
        assert_eq!(exp(Exp::Honest), 10_060);
        assert_eq!(exp(Exp::Past), 6400);
        assert_eq!(exp(Exp::Future), 10_000 + TEN_YEARS);
        assert_eq!(exp(Exp::Absent), Value::Null);
    }
}
