//! One provider's token is not sent to another.
use mailgrant_core::{AuthorizationCode, Authorized, Bearer, Session};
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::VerticalResponse;

fn call_verticalresponse(_: Bearer<VerticalResponse>) {}

fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>) {
    call_verticalresponse(session.bearer());
}

fn main() {}
