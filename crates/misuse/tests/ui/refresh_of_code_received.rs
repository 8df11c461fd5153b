//! A code is exchanged, not refreshed.
use mailgrant_core::{AuthorizationCode, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(received: Session<GetResponse, AuthorizationCode, CodeReceived>) {
    let _session = received.refresh().await;
}

fn main() {}
