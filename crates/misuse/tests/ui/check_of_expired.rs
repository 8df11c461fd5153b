//! What has expired is not looked at again: `refresh` renews it.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Expired>) {
    let _standing = session.check();
}

fn main() {}
