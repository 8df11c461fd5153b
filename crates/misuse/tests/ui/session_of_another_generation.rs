//! A session of one generation is not the other's.
use mailgrant_core::{AuthorizationCode, Authorized, Session};
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

fn sync_contacts(_: Session<VerticalResponseDelegated, AuthorizationCode, Authorized>) {}

fn mistake(session: Session<VerticalResponse, AuthorizationCode, Authorized>) {
    sync_contacts(session);
}

fn main() {}
