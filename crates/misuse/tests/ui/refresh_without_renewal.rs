//! A provider that gives no refresh tokens has no refresh.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_misuse::Once;

async fn mistake(session: Session<Once, AuthorizationCode, Expired>) {
    let _session = session.refresh().await;
}

fn main() {}
