//! No browser comes back for client credentials, so there is nothing to resume.
use mailgrant_core::{ClientCredentials, PendingAuthorization};

fn mistake(pending: PendingAuthorization) {
    let _login = mailgrant_misuse::client().resume::<ClientCredentials>(pending);
}

fn main() {}
