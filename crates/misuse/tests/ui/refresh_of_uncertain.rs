//! A refresh whose outcome is unknown is not retried as if nothing had happened.
use mailgrant_core::{AuthorizationCode, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, AuthorizationCode, Uncertain>) {
    let _session = session.refresh().await;
}

fn main() {}
