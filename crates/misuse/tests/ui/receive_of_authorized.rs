//! An authorized session waits for no callback.
use mailgrant_core::{AuthorizationCode, Authorized, Callback, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>, callback: Callback) {
    let _received = session.receive(callback);
}

fn main() {}
