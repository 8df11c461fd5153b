//! Standing: where a grant stands when it is woken or looked at.

use crate::{Authorized, Expired, Grant, Provider, Session, Unauthorized, Uncertain};

/// Where a grant stands. Each arm holds the session, with the verbs that make sense there.
#[derive(Debug)]
#[must_use = "it holds the session: match on it"]
#[expect(clippy::exhaustive_enums, reason = "a caller is to handle every arm")]
pub enum Standing<P: Provider, G: Grant> {
    /// The token is good, as far as is known.
    Live(Session<P, G, Authorized>),
    /// The token's life is over; there is a way on without the customer.
    Lapsed(Session<P, G, Expired>),
    /// A refresh was sent and its answer never came.
    Unknown(Session<P, G, Uncertain>),
    /// There is nothing to go on with: the customer has to be asked.
    Absent(Session<P, G, Unauthorized>),
}
