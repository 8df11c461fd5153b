//! An implicit login brings its token with the callback: there is no code to exchange.
use mailgrant_core::{Authorized, Implicit, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, Implicit, Authorized>) {
    let _session = session.exchange().await;
}

fn main() {}
