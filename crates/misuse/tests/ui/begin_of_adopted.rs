//! An adopted token has no login to begin: adopt it.
use mailgrant_core::{Adopted, Client};
use mailgrant_getresponse::GetResponse;

fn mistake(client: Client<GetResponse>) {
    let _login = client.begin(Adopted);
}

fn main() {}
