//! A code is not replayed: it is good for one exchange.
use mailgrant_core::{AuthorizationCode, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(received: Session<GetResponse, AuthorizationCode, CodeReceived>) {
    let _session = received.replay().await;
}

fn main() {}
