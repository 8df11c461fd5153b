//! An adopted token spends no refresh token, so none is ever in doubt.
use mailgrant_core::{Adopted, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, Adopted, Uncertain>) {
    let _session = session.replay().await;
}

fn main() {}
