//! A record of an adopted token is woken where tokens are adopted.
use mailgrant_core::{Adopted, Client, TokenRecord};
use mailgrant_verticalresponse::VerticalResponse;

fn mistake(client: Client<VerticalResponse>, record: TokenRecord) {
    let _standing = client.restore::<Adopted>(record);
}

fn main() {}
