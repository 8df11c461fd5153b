//! A session in doubt has no code left: `replay` sends its refresh token again.
use mailgrant_core::{AuthorizationCode, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, AuthorizationCode, Uncertain>) {
    let _session = session.exchange().await;
}

fn main() {}
