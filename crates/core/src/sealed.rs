//! Sealed: the traits that only this crate implements.

#[expect(unnameable_types, reason = "that is how a trait is sealed")]
pub trait Sealed {}
