//! Before a grant there is nothing to refresh.
use mailgrant_core::{AuthorizationCode, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

async fn mistake(login: Session<GetResponse, AuthorizationCode, Unauthorized>) {
    let _session = login.refresh().await;
}

fn main() {}
