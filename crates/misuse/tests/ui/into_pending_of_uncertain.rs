//! A session in doubt is no login: `into_record` puts it to rest.
use mailgrant_core::{AuthorizationCode, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Uncertain>) {
    let _pending = session.into_pending();
}

fn main() {}
