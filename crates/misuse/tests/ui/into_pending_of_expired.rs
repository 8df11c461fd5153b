//! An expired session waits for no callback: `reauthorize` begins a login that can be put aside.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Expired>) {
    let _pending = session.into_pending();
}

fn main() {}
