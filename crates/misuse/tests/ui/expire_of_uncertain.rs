//! A session in doubt does not expire: `replay` or `reauthorize` settles it.
use mailgrant_core::{AuthorizationCode, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Uncertain>) {
    let _standing = session.expire();
}

fn main() {}
