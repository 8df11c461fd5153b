//! An implicit login has no refresh token: `reauthorize` asks the customer again.
use mailgrant_core::{Expired, Implicit, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, Implicit, Expired>) {
    let _session = session.refresh().await;
}

fn main() {}
