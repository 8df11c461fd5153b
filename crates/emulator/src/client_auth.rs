//! Which app speaks at the token endpoint.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

use crate::fields::Fields;
use crate::ledger::{Refusal, Registry};

/// The client id, from Basic if there is one, else from the body. There is no way back from a wrong
/// Basic to a right body.
pub(crate) fn of_request(
    headers: &HeaderMap,
    fields: &Fields,
    registry: &Registry,
    any_client: bool,
) -> Result<String, Refusal> {
    if let Some(basic) = headers.get(AUTHORIZATION) {
        return basic
            .to_str()
            .ok()
            .and_then(userpass)
            .and_then(|userpass| registry.by_basic(&userpass, any_client))
            .ok_or(Refusal::ClientWrong);
    }
    of_fields(fields, registry, any_client)
}

/// The client id, from the fields alone.
pub(crate) fn of_fields(fields: &Fields, registry: &Registry, any_client: bool) -> Result<String, Refusal> {
    let id = fields.filled("client_id").ok_or(Refusal::ClientMissing)?;
    let secret = fields.get("client_secret").ok_or(Refusal::ClientWrong)?;
    registry.by_pair(id, secret, any_client).ok_or(Refusal::ClientWrong)
}

fn userpass(header: &str) -> Option<String> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = STANDARD.decode(encoded.trim()).ok()?;
    String::from_utf8(bytes).ok()
}
