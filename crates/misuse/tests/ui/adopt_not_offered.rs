//! A token is adopted at the providers that say so.
use mailgrant_core::secrecy::SecretString;

fn mistake(token: SecretString) {
    let _session = mailgrant_misuse::once().adopt(token, None);
}

fn main() {}
