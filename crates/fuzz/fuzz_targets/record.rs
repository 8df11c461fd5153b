//! Fuzz target: what a store gives back as a record or a login.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mailgrant_fuzz::record::check(bytes));
