//! A live session has no refresh in doubt.
use mailgrant_core::{AuthorizationCode, Authorized, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>) {
    let _session = session.replay().await;
}

fn main() {}
