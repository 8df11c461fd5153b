//! A login that was put aside is taken up at a provider that offers its grant.
use mailgrant_core::{AuthorizationCode, PendingAuthorization};

fn mistake(pending: PendingAuthorization) {
    let _login = mailgrant_misuse::mute().resume::<AuthorizationCode>(pending);
}

fn main() {}
