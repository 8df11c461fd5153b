//! An expired session has no code left: `refresh` renews it.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, AuthorizationCode, Expired>) {
    let _session = session.exchange().await;
}

fn main() {}
