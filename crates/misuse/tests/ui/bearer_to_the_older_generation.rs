//! A token of the newer generation is not sent to the older one's API.
use mailgrant_core::{AuthorizationCode, Authorized, Bearer, Session};
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

fn call_verticalresponse(_: Bearer<VerticalResponse>) {}

fn mistake(session: Session<VerticalResponseDelegated, AuthorizationCode, Authorized>) {
    call_verticalresponse(session.bearer());
}

fn main() {}
