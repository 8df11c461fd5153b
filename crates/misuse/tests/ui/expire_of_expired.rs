//! A session expires once.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Expired>) {
    let _standing = session.expire();
}

fn main() {}
