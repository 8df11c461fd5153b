//! A delegated app is given a code, and no token in a fragment.
use mailgrant_core::{Client, Implicit};
use mailgrant_verticalresponse::VerticalResponseDelegated;

fn mistake(client: Client<VerticalResponseDelegated>, implicit: Implicit) {
    let _login = client.begin(implicit);
}

fn main() {}
