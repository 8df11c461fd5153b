//! Every refusal of the token endpoint, with what each verb makes of it.

pub(crate) mod anybody;
pub(crate) mod getresponse;
pub(crate) mod verticalresponse;

use super::{
    means::Means,
    reply::{Headers, Reply},
};

/// Its name, status, headers and body, then what each verb makes of it: an exchange, a refresh, and where there is a third
/// one, obtaining.
pub(crate) type Row<const N: usize> = (&'static str, u16, Headers, &'static [u8], [Means; N]);

pub(crate) fn reply<const N: usize>((_, status, headers, body, _): &Row<N>) -> Reply {
    Reply::new(*status, headers, *body)
}
