//! The locks that what many threads share is under: a test puts others in their place.

pub(crate) use std::sync::{Mutex, MutexGuard};
