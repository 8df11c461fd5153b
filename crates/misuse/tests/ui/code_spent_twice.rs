//! A code is good for one exchange.
use mailgrant_core::{AuthorizationCode, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(received: Session<GetResponse, AuthorizationCode, CodeReceived>) {
    let _first = received.exchange().await;
    let _second = received.exchange().await;
}

fn main() {}
