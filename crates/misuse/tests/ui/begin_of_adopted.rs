//! An adopted token has no login to begin: adopt it.
use mailgrant_core::Adopted;

fn mistake() {
    let _login = mailgrant_misuse::client().begin(Adopted);
}

fn main() {}
