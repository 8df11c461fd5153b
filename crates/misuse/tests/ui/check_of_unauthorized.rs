//! A login has no token whose end could be looked at.
use mailgrant_core::{AuthorizationCode, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, AuthorizationCode, Unauthorized>) {
    let _standing = login.check();
}

fn main() {}
