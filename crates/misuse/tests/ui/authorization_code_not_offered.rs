//! An authorization code is for the providers that offer it.
use mailgrant_core::{AuthorizationCode, Client};
use mailgrant_misuse::Mute;

fn mistake(client: Client<Mute>) {
    let _login = client.begin(AuthorizationCode::registered());
}

fn main() {}
