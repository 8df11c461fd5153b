//! A session is the only handle on its grant.
#![deny(unused_must_use)]
use mailgrant_core::{AuthorizationCode, Client};
use mailgrant_getresponse::GetResponse;

fn mistake(client: Client<GetResponse>) {
    client.begin(AuthorizationCode::registered());
}

fn main() {}
