//! Before a grant there is no refresh to replay.
use mailgrant_core::{AuthorizationCode, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

async fn mistake(login: Session<GetResponse, AuthorizationCode, Unauthorized>) {
    let _session = login.replay().await;
}

fn main() {}
