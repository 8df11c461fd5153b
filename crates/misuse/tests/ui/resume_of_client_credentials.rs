//! No browser comes back for client credentials, so there is nothing to resume.
use mailgrant_core::{Client, ClientCredentials, PendingAuthorization};
use mailgrant_getresponse::GetResponse;

fn mistake(client: Client<GetResponse>, pending: PendingAuthorization) {
    let _login = client.resume::<ClientCredentials>(pending);
}

fn main() {}
