//! The checks behind the fuzz targets. Each panics where a promise does not hold.
//!
//! The properties of the normal test run include this file by its path and call the same checks, over inputs that
//! proptest makes and over every file of `corpus/`. So nothing here may need more than `mailgrant-core` and
//! `serde_json`.
#![expect(clippy::unwrap_used, reason = "a check that cannot go on says where")]

pub mod answer;
pub mod callback;
pub mod corpus;
pub mod dead;
pub mod fragment;
pub mod letterbox;
pub mod pairs;
pub mod quiet;
pub mod record;
pub mod reply;
