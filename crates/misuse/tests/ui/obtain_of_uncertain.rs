//! Client credentials are never in doubt: what failed is obtained again.
use mailgrant_core::{ClientCredentials, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, ClientCredentials, Uncertain>) {
    let _session = session.obtain().await;
}

fn main() {}
