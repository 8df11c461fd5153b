//! Client credentials receive no code.
use mailgrant_core::{ClientCredentials, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(received: Session<GetResponse, ClientCredentials, CodeReceived>) {
    let _session = received.exchange().await;
}

fn main() {}
