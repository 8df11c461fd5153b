//! A session of one provider is not another's.
use mailgrant_core::{AuthorizationCode, Authorized, Session};
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::VerticalResponse;

fn sync_contacts(_: Session<VerticalResponse, AuthorizationCode, Authorized>) {}

fn mistake(session: Session<GetResponse, AuthorizationCode, Authorized>) {
    sync_contacts(session);
}

fn main() {}
