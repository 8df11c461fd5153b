//! An adopted token waits for no callback: there is nothing to put aside.
use mailgrant_core::{Adopted, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, Adopted, Unauthorized>) {
    let _pending = login.into_pending();
}

fn main() {}
