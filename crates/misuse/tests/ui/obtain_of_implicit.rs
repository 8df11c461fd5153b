//! Only client credentials are obtained: an implicit token needs the customer.
use mailgrant_core::{Implicit, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

async fn mistake(login: Session<GetResponse, Implicit, Unauthorized>) {
    let _session = login.obtain().await;
}

fn main() {}
