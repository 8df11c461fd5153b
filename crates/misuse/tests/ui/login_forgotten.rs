//! A session is the only handle on its grant.
#![deny(unused_must_use)]
use mailgrant_core::AuthorizationCode;

fn mistake() {
    mailgrant_misuse::client().begin(AuthorizationCode::registered());
}

fn main() {}
