//! Client credentials are for the providers that offer them.
use mailgrant_core::ClientCredentials;

fn mistake() {
    let _login = mailgrant_misuse::once().begin(ClientCredentials);
}

fn main() {}
