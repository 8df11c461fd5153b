//! A provider that gives no refresh tokens has no refresh: the customer is asked again.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_verticalresponse::VerticalResponse;

async fn mistake(session: Session<VerticalResponse, AuthorizationCode, Expired>) {
    let _session = session.refresh().await;
}

fn main() {}
