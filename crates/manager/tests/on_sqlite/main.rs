//! What `tests/it` asks of the manager, asked again with its accounts in SQLite.
//!
//! Without upkeep, whose pauses are on the host's clock: here that is not the store's, so it would be slept for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod backend;
#[path = "../it/failures.rs"]
mod failures;
#[path = "../it/follow.rs"]
mod follow;
#[path = "../it/gate.rs"]
mod gate;
#[path = "../it/login.rs"]
mod login;
#[path = "../it/meanwhile.rs"]
mod meanwhile;
#[path = "../it/outage.rs"]
mod outage;
#[path = "../it/rejection.rs"]
mod rejection;
#[path = "../it/renewal.rs"]
mod renewal;
#[path = "../it/world.rs"]
mod world;
