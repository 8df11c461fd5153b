//! Client credentials wait for no callback: there is nothing to put aside.
use mailgrant_core::{ClientCredentials, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, ClientCredentials, Unauthorized>) {
    let _pending = login.into_pending();
}

fn main() {}
