//! User stories, as programs.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says where")]

mod bindings;
mod grants;
mod mixed;
mod one_customer;
mod service;
