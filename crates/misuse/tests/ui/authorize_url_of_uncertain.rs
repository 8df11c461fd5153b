//! A session in doubt is not sent to the consent page: `reauthorize` begins a login.
use mailgrant_core::{AuthorizationCode, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Uncertain>) {
    let _url = session.authorize_url();
}

fn main() {}
