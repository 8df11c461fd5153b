//! Only client credentials are obtained: an authorization code needs the customer.
use mailgrant_core::{AuthorizationCode, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

async fn mistake(login: Session<GetResponse, AuthorizationCode, Unauthorized>) {
    let _session = login.obtain().await;
}

fn main() {}
