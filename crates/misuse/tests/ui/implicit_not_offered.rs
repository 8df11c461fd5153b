//! The implicit grant is for the providers that offer it.
use mailgrant_core::{Client, Implicit};
use mailgrant_verticalresponse::VerticalResponse;

fn mistake(client: Client<VerticalResponse>, implicit: Implicit) {
    let _login = client.begin(implicit);
}

fn main() {}
