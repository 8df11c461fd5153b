//! A login whose callback came has been to the consent page.
use mailgrant_core::{AuthorizationCode, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(received: Session<GetResponse, AuthorizationCode, CodeReceived>) {
    let _url = received.authorize_url();
}

fn main() {}
