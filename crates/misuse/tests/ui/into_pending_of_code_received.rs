//! A login whose callback came is not put aside again: its code is exchanged at once.
use mailgrant_core::{AuthorizationCode, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(received: Session<GetResponse, AuthorizationCode, CodeReceived>) {
    let _pending = received.into_pending();
}

fn main() {}
