//! An adopted token has no customer to ask again, in doubt or not.
use mailgrant_core::{Adopted, Session, Uncertain};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, Adopted, Uncertain>) {
    let _login = session.reauthorize();
}

fn main() {}
