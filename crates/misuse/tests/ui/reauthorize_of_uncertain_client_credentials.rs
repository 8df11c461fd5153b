//! Client credentials have no customer to ask again, in doubt or not.
use mailgrant_core::{ClientCredentials, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, ClientCredentials, Uncertain>) {
    let _login = session.reauthorize();
}

fn main() {}
