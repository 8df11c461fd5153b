//! An authorized session waits for no callback: `into_record` puts it to rest.
use mailgrant_core::{AuthorizationCode, Authorized, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>) {
    let _pending = session.into_pending();
}

fn main() {}
