//! An expired session waits for no callback: `reauthorize` begins a login that does.
use mailgrant_core::{AuthorizationCode, Callback, Expired, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Expired>, callback: Callback) {
    let _received = session.receive(callback);
}

fn main() {}
