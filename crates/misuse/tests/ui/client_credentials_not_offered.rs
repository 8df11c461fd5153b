//! Client credentials are for the providers that offer them.
use mailgrant_core::{Client, ClientCredentials};
use mailgrant_verticalresponse::VerticalResponse;

fn mistake(client: Client<VerticalResponse>) {
    let _login = client.begin(ClientCredentials);
}

fn main() {}
