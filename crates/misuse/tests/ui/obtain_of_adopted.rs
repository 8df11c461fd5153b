//! An adopted token is not obtained: the next one is adopted too.
use mailgrant_core::{Adopted, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

async fn mistake(login: Session<GetResponse, Adopted, Unauthorized>) {
    let _session = login.obtain().await;
}

fn main() {}
