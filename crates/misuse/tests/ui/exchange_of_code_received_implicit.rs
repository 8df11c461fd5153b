//! An implicit login receives its token, and never a code.
use mailgrant_core::{CodeReceived, Implicit, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(received: Session<GetResponse, Implicit, CodeReceived>) {
    let _session = received.exchange().await;
}

fn main() {}
