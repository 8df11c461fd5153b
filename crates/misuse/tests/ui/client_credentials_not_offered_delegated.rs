//! A delegated app acts for a customer: it has no client credentials grant.
use mailgrant_core::{Client, ClientCredentials};
use mailgrant_verticalresponse::VerticalResponseDelegated;

fn mistake(client: Client<VerticalResponseDelegated>) {
    let _login = client.begin(ClientCredentials);
}

fn main() {}
