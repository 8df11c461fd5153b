//! A live session is not refreshed: `check` it, or `expire` it when the API rejected its token.
use mailgrant_core::{AuthorizationCode, Authorized, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>) {
    let _session = session.refresh().await;
}

fn main() {}
