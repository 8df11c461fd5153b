//! An adopted token has no customer to ask again: another is adopted.
use mailgrant_core::{Adopted, Authorized, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, Adopted, Authorized>) {
    let _login = session.reauthorize();
}

fn main() {}
