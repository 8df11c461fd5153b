//! A provider is asked for the grants that it offers.
use mailgrant_core::AuthorizationCode;

fn mistake() {
    let _login = mailgrant_misuse::mute().begin(AuthorizationCode::registered());
}

fn main() {}
