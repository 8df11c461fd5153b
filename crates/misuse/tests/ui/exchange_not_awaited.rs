//! Nothing is sent until it is awaited.
#![deny(unused_must_use)]
use mailgrant_core::{AuthorizationCode, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(received: Session<GetResponse, AuthorizationCode, CodeReceived>) {
    received.exchange();
}

fn main() {}
