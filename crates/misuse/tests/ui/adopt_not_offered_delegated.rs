//! A token of VerticalResponse is not adopted, of neither generation.
use mailgrant_core::{Client, secrecy::SecretString};
use mailgrant_verticalresponse::VerticalResponseDelegated;

fn mistake(client: Client<VerticalResponseDelegated>, token: SecretString) {
    let _session = client.adopt(token, None);
}

fn main() {}
