//! User stories, as programs.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says where")]

mod grants;
mod one_customer;
mod service;
