//! A session is made by a client, and changed by its verbs.
use mailgrant_core::{AuthorizationCode, Authorized, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>) {
    let _forged = Session { ..session };
}

fn main() {}
