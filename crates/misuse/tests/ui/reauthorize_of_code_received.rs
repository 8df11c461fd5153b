//! A code is exchanged before a new login is begun.
use mailgrant_core::{AuthorizationCode, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(received: Session<GetResponse, AuthorizationCode, CodeReceived>) {
    let _login = received.reauthorize();
}

fn main() {}
