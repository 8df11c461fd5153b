//! A login whose callback has not come has no code to exchange.
use mailgrant_core::AuthorizationCode;

async fn mistake() {
    let login = mailgrant_misuse::client().begin(AuthorizationCode::registered());
    let _session = login.exchange().await;
}

fn main() {}
