//! An adopted token was never a code.
use mailgrant_core::{Adopted, CodeReceived, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(received: Session<GetResponse, Adopted, CodeReceived>) {
    let _session = received.exchange().await;
}

fn main() {}
