//! An implicit login is not taken up by a delegated app.
use mailgrant_core::{Client, Implicit, PendingAuthorization};
use mailgrant_verticalresponse::VerticalResponseDelegated;

fn mistake(client: Client<VerticalResponseDelegated>, pending: PendingAuthorization) {
    let _login = client.resume::<Implicit>(pending);
}

fn main() {}
