//! No browser comes back to client credentials.
use mailgrant_core::{Callback, ClientCredentials, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, ClientCredentials, Unauthorized>, callback: Callback) {
    let _received = login.receive(callback);
}

fn main() {}
