//! A login that was put aside is taken up at a provider that offers its grant.
use mailgrant_core::{Client, Implicit, PendingAuthorization};
use mailgrant_verticalresponse::VerticalResponse;

fn mistake(client: Client<VerticalResponse>, pending: PendingAuthorization) {
    let _login = client.resume::<Implicit>(pending);
}

fn main() {}
