//! An authorized session has spent its code.
use mailgrant_core::{AuthorizationCode, Authorized, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>) {
    let _session = session.exchange().await;
}

fn main() {}
