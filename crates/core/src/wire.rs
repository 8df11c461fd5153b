//! The wire: bytes out, bytes in, no I/O.

mod answer;
mod encode;
mod hear;
mod named;
mod request;

pub use self::hear::{Answer, Asked};
pub(crate) use self::{
    answer::handed_over,
    encode::is_empty,
    hear::{Heard, client_misconfigured, hear, retry_after, unanswered},
    named::id,
    request::{authorize_url, exchange, obtain, refresh, revoke},
};
