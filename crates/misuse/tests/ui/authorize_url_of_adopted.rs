//! An adopted token has no consent page: it was made elsewhere.
use mailgrant_core::{Adopted, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, Adopted, Unauthorized>) {
    let _url = login.authorize_url();
}

fn main() {}
