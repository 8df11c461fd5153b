//! An expired session has no bearer: refresh it first.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Expired>) {
    let _bearer = session.bearer();
}

fn main() {}
