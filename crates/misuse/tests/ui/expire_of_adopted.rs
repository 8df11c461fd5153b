//! An adopted token has no way on: another is adopted.
use mailgrant_core::{Adopted, Authorized, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, Adopted, Authorized>) {
    let _standing = session.expire();
}

fn main() {}
