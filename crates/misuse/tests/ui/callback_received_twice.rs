//! A login is finished once.
use mailgrant_core::{AuthorizationCode, Callback, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;

fn mistake(login: Session<GetResponse, AuthorizationCode, Unauthorized>, one: Callback, other: Callback) {
    let _first = login.receive(one);
    let _second = login.receive(other);
}

fn main() {}
