//! VerticalResponse as its customers' apps see it.
//!
//! Its two generations share no address, no token, not even the way in which they refuse; what they
//! do share lies beside them here.

pub(crate) mod classic;
pub(crate) mod delegated;
mod envelope;
mod front;
mod resources;
mod throttling;

use bytes::Bytes;
use hyper::Request;

use crate::fault::{Fault, Target};
use crate::provider::Provider;
use crate::reply::{self, Reply};
use crate::world::World;

/// What is answered in place of a commit, if the fault is of that kind.
pub(crate) fn instead(
    provider: Provider,
    world: &World,
    request: &Request<Bytes>,
    target: Target,
    fault: Fault,
) -> Option<Reply> {
    let settings = &world.lock().settings;
    let is_classic = provider == Provider::Classic;
    match fault {
        Fault::Html502 => Some(reply::bad_gateway()),
        Fault::RateLimit if is_classic => Some(throttling::reply(settings.verticalresponse.throttling)),
        Fault::RateLimit => Some(throttling::reply(settings.delegated.throttling)),
        Fault::ErrorIn200 if is_classic => Some(classic::in_success(settings, request, target)),
        Fault::ErrorIn200 => Some(delegated::in_success(settings, target)),
        Fault::InvalidClient if is_classic => Some(classic::wrong_client(settings)),
        Fault::InvalidClient => Some(delegated::wrong_client(settings)),
        _ => None,
    }
}
