//! Fuzz target: what a token endpoint answers, read by the standard.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailgrant_core::Asked;
use mailgrant_fuzz::{answer, dead, letterbox::Letterbox, reply::Reply};

fuzz_target!(|bytes: &[u8]| {
    let (reply, provider) = (Reply::of_seed(bytes), || Letterbox::at("test"));
    for (asked, arm) in [
        (Asked::Exchange, answer::exchange(provider(), &reply)),
        (Asked::Refresh, answer::refresh(provider(), &reply)),
        (Asked::Obtain, answer::obtain(provider(), &reply)),
    ] {
        answer::check(asked, &reply, &arm, dead::by_the_standard);
    }
});
