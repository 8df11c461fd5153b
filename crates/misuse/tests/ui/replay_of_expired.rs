//! There is nothing to replay before a refresh was sent.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, AuthorizationCode, Expired>) {
    let _session = session.replay().await;
}

fn main() {}
