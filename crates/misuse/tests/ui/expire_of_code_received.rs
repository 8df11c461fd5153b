//! A code that is rejected comes back from `exchange` as a login.
use mailgrant_core::{AuthorizationCode, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(received: Session<GetResponse, AuthorizationCode, CodeReceived>) {
    let _standing = received.expire();
}

fn main() {}
