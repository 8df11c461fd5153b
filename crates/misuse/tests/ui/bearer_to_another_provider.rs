//! One provider's token is not sent to another.
use mailgrant_core::{AuthorizationCode, Authorized, Bearer, Session};
use mailgrant_getresponse::GetResponse;
use mailgrant_misuse::Once;

fn call_once(_: Bearer<Once>) {}

fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>) {
    call_once(session.bearer());
}

fn main() {}
