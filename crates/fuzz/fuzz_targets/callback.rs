//! Fuzz target: what a browser brings to a login that waits for a code.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mailgrant_fuzz::callback::check(&String::from_utf8_lossy(bytes)));
