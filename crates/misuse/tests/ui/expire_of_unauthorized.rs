//! A login has no token that could be rejected.
use mailgrant_core::{AuthorizationCode, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, AuthorizationCode, Unauthorized>) {
    let _standing = login.expire();
}

fn main() {}
