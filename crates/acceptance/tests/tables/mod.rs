//! The answers of providers, row by row, with what each of them means.
//!
//! `answers` asks whether they mean it; `leaks` plays the same rows with secrets in them. What a provider may say there
//! is written `hush-hush`.

pub(crate) mod means;
pub(crate) mod refusals;
pub(crate) mod reply;
pub(crate) mod tokens;
pub(crate) mod verdicts;
