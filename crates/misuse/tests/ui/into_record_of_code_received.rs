//! A code is not kept: it is exchanged at once.
use mailgrant_core::{AuthorizationCode, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(received: Session<GetResponse, AuthorizationCode, CodeReceived>) {
    let _record = received.into_record();
}

fn main() {}
