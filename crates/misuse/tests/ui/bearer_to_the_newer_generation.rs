//! A token of the older generation is not sent to the newer one's API.
use mailgrant_core::{AuthorizationCode, Authorized, Bearer, Session};
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

fn call_delegated(_: Bearer<VerticalResponseDelegated>) {}

fn mistake(session: Session<VerticalResponse, AuthorizationCode, Authorized>) {
    call_delegated(session.bearer());
}

fn main() {}
