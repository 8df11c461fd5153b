//! What a look at the clock answers holds the session.
#![deny(unused_must_use)]
use mailgrant_core::{AuthorizationCode, Authorized, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>) {
    session.check();
}

fn main() {}
