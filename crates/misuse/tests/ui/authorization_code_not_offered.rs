//! An authorization code is for the providers that offer it.
use mailgrant_core::AuthorizationCode;

fn mistake() {
    let _login = mailgrant_misuse::mute().begin(AuthorizationCode::registered());
}

fn main() {}
