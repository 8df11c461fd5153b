//! What every answer of a provider means, as tables.
//!
//! A row of `tokens` or `refusals` is an answer of the token endpoint; what it means is read off the outcome of each verb,
//! at each provider that the row is about. A row of `verdicts` is an answer of the API. `never` crosses all bodies with all
//! statuses: no grant ends but by a listed word. The rows are in `tables`, since `leaks` plays them too.

#![expect(clippy::unwrap_used, reason = "a row that cannot be played says where")]

mod desk;
mod heard;
mod never;
mod quiet;
mod refusals;
mod reply;
#[path = "../tables/mod.rs"]
mod tables;
mod tokens;
mod verdicts;
