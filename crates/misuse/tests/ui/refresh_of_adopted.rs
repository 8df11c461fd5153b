//! An adopted token has no refresh token: another is adopted.
use mailgrant_core::{Adopted, Expired, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, Adopted, Expired>) {
    let _session = session.refresh().await;
}

fn main() {}
