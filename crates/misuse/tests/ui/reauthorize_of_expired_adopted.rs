//! An expired token that was adopted has no customer to ask again.
use mailgrant_core::{Adopted, Expired, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, Adopted, Expired>) {
    let _login = session.reauthorize();
}

fn main() {}
