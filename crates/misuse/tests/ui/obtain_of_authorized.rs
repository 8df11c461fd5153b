//! A live session is not obtained again: `check` it first.
use mailgrant_core::{Authorized, ClientCredentials, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, ClientCredentials, Authorized>) {
    let _session = session.obtain().await;
}

fn main() {}
