//! An expired token that was adopted is not obtained again.
use mailgrant_core::{Adopted, Expired, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, Adopted, Expired>) {
    let _session = session.obtain().await;
}

fn main() {}
