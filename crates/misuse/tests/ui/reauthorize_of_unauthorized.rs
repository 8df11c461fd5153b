//! A login is not begun anew: it has only just begun.
use mailgrant_core::{AuthorizationCode, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, AuthorizationCode, Unauthorized>) {
    let _login = login.reauthorize();
}

fn main() {}
