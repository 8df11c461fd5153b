//! Client credentials have no consent page: `obtain` asks without a customer.
use mailgrant_core::{ClientCredentials, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, ClientCredentials, Unauthorized>) {
    let _url = login.authorize_url();
}

fn main() {}
