//! A login takes one callback.
use mailgrant_core::{AuthorizationCode, Callback, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(received: Session<GetResponse, AuthorizationCode, CodeReceived>, callback: Callback) {
    let _received = received.receive(callback);
}

fn main() {}
