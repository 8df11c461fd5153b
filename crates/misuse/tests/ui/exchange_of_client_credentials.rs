//! Client credentials have no code to exchange: `obtain` is their one request.
use mailgrant_core::{ClientCredentials, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

async fn mistake(login: Session<GetResponse, ClientCredentials, Unauthorized>) {
    let _session = login.exchange().await;
}

fn main() {}
