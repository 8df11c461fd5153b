//! A session at rest hands out nothing until it is restored.
use mailgrant_core::{AuthorizationCode, Authorized, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>) {
    let _record = session.into_record();
    let _bearer = session.bearer();
}

fn main() {}
