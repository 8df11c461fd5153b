//! Expired client credentials need no customer: `obtain` asks again.
use mailgrant_core::{ClientCredentials, Expired, Session};
use mailgrant_getresponse::GetResponse;

fn mistake(session: Session<GetResponse, ClientCredentials, Expired>) {
    let _login = session.reauthorize();
}

fn main() {}
