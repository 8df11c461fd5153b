//! How long a thing took.

use std::time::{Duration, Instant};

#[expect(clippy::disallowed_methods, reason = "tells a person what they waited for; no result depends on it")]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}
