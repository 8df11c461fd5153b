//! An authorized session is not sent to the consent page: `reauthorize` begins a login.
use mailgrant_core::{AuthorizationCode, Authorized, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>) {
    let _url = session.authorize_url();
}

fn main() {}
