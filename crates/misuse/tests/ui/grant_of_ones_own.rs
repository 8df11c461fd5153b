//! The grants are the standard's: another one is not implemented from outside.
use mailgrant_core::{Error, Grant, GrantKind};

#[derive(Clone, Debug)]
struct Password;

impl Grant for Password {
    const KIND: GrantKind = GrantKind::AuthorizationCode;
    fn redirect_uri(&self) -> Option<&str> {
        None
    }
    fn restored(_: Option<&str>) -> Result<Self, Error> {
        Ok(Self)
    }
}

fn main() {}
