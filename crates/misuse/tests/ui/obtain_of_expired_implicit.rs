//! An expired implicit login is not obtained again: `reauthorize` asks the customer.
use mailgrant_core::{Expired, Implicit, Session};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, Implicit, Expired>) {
    let _session = session.obtain().await;
}

fn main() {}
