//! Fuzz target: what the providers' own words come to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailgrant_core::Asked;
use mailgrant_fuzz::{answer, dead, reply::Reply};
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

fuzz_target!(|bytes: &[u8]| {
    let reply = Reply::of_seed(bytes);
    let (retail, first, second) =
        (GetResponse::retail, VerticalResponse::production, VerticalResponseDelegated::production);
    for (asked, arm) in [
        (Asked::Exchange, answer::exchange(retail(), &reply)),
        (Asked::Refresh, answer::refresh(retail(), &reply)),
        (Asked::Obtain, answer::obtain(retail(), &reply)),
    ] {
        answer::check(asked, &reply, &arm, dead::by_getresponse);
    }
    for (asked, arm) in [
        (Asked::Exchange, answer::exchange(first(), &reply)),
        (Asked::Exchange, answer::exchange(second(), &reply)),
        (Asked::Refresh, answer::refresh(second(), &reply)),
    ] {
        answer::check(asked, &reply, &arm, dead::by_verticalresponse);
    }
    dead::check_rejection(&retail(), &reply, dead::is_1014);
    dead::check_rejection(&first(), &reply, dead::mentions_the_token);
    dead::check_rejection(&second(), &reply, dead::mentions_the_token);
});
