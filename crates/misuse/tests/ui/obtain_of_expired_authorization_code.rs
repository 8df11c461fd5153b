//! An expired session of a customer is not obtained again: `refresh` renews it.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, AuthorizationCode, Expired>) {
    let _session = session.obtain().await;
}

fn main() {}
