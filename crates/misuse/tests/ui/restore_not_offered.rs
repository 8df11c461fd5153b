//! A record is woken at a provider that offers its grant.
use mailgrant_core::{Client, ClientCredentials, TokenRecord};
use mailgrant_verticalresponse::VerticalResponseDelegated;

fn mistake(client: Client<VerticalResponseDelegated>, record: TokenRecord) {
    let _standing = client.restore::<ClientCredentials>(record);
}

fn main() {}
