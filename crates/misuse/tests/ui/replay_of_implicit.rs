//! An implicit login spends no refresh token, so none is ever in doubt.
use mailgrant_core::{Implicit, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

async fn mistake(session: Session<GetResponse, Implicit, Uncertain>) {
    let _session = session.replay().await;
}

fn main() {}
