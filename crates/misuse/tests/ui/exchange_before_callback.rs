//! A login whose callback has not come has no code to exchange.
use mailgrant_core::{AuthorizationCode, Client};
use mailgrant_getresponse::GetResponse;

async fn mistake(client: Client<GetResponse>) {
    let login = client.begin(AuthorizationCode::registered());
    let _session = login.exchange().await;
}

fn main() {}
