//! A login has no tokens to keep: `into_pending` puts it aside.
use mailgrant_core::{AuthorizationCode, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, AuthorizationCode, Unauthorized>) {
    let _record = login.into_record();
}

fn main() {}
