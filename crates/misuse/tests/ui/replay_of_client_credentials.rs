//! Client credentials spend no refresh token, so none is ever in doubt.
use mailgrant_core::{ClientCredentials, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, ClientCredentials, Uncertain>) {
    let _session = session.replay().await;
}

fn main() {}
