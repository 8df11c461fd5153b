//! A token is adopted at the providers that say so.
use mailgrant_core::{Client, secrecy::SecretString};
use mailgrant_verticalresponse::VerticalResponse;

fn mistake(client: Client<VerticalResponse>, token: SecretString) {
    let _session = client.adopt(token, None);
}

fn main() {}
