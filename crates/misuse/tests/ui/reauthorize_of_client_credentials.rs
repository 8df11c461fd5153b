//! Client credentials have no customer to ask again.
use mailgrant_core::{Authorized, ClientCredentials, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, ClientCredentials, Authorized>) {
    let _login = session.reauthorize();
}

fn main() {}
