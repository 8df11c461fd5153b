//! A session in doubt has no end to plan with: `replay` or `reauthorize` settles it.
use mailgrant_core::{AuthorizationCode, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, AuthorizationCode, Uncertain>) {
    let _end = session.expires_at();
}

fn main() {}
