//! An expired session has no end to come.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Expired>) {
    let _end = session.expires_at();
}

fn main() {}
