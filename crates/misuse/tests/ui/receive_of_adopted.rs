//! No browser comes back with an adopted token.
use mailgrant_core::{Adopted, Callback, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, Adopted, Unauthorized>, callback: Callback) {
    let _received = login.receive(callback);
}

fn main() {}
