//! An expired session is not sent to the consent page: `reauthorize` begins a login.
use mailgrant_core::{AuthorizationCode, Expired, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Expired>) {
    let _url = session.authorize_url();
}

fn main() {}
