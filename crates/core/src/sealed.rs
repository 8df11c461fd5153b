//! Sealed: the traits that only this crate implements.

#[diagnostic::on_unimplemented(
    message = "`{Self}` is not one of the library's own",
    label = "grants, states and renewals are not added from outside",
    note = "a provider of your own says which of them it offers: `impl OfferedBy<MyProvider> for AuthorizationCode`"
)]
#[expect(unnameable_types, reason = "that is how a trait is sealed")]
pub trait Sealed {}
