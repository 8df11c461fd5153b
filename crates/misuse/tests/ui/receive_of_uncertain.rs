//! A session in doubt waits for no callback: `reauthorize` begins a login that does.
use mailgrant_core::{AuthorizationCode, Callback, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Uncertain>, callback: Callback) {
    let _received = session.receive(callback);
}

fn main() {}
