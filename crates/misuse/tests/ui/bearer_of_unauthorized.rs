//! A login has no token yet.
use mailgrant_core::{AuthorizationCode, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, AuthorizationCode, Unauthorized>) {
    let _bearer = login.bearer();
}

fn main() {}
