//! Client credentials have no refresh token: `obtain` asks again.
use mailgrant_core::{ClientCredentials, Expired, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, ClientCredentials, Expired>) {
    let _session = session.refresh().await;
}

fn main() {}
