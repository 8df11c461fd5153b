//! A refresh token is good for one refresh.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, AuthorizationCode, Expired>) {
    let _first = session.refresh().await;
    let _second = session.refresh().await;
}

fn main() {}
