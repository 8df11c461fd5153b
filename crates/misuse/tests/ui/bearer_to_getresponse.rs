//! A token of VerticalResponse is not sent to GetResponse.
use mailgrant_core::{AuthorizationCode, Authorized, Bearer, Session};
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::VerticalResponse;

fn call_getresponse(_: Bearer<GetResponse>) {}

fn mistake(session: Session<VerticalResponse, AuthorizationCode, Authorized>) {
    call_getresponse(session.bearer());
}

fn main() {}
