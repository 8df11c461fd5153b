//! A clock does not settle what became of a refresh.
use mailgrant_core::{AuthorizationCode, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Uncertain>) {
    let _standing = session.check();
}

fn main() {}
