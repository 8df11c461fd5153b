//! Where no refresh token is spent, none is ever in doubt.
use mailgrant_core::{AuthorizationCode, Session, Uncertain};
use mailgrant_verticalresponse::VerticalResponse;

async fn mistake(session: Session<VerticalResponse, AuthorizationCode, Uncertain>) {
    let _session = session.replay().await;
}

fn main() {}
