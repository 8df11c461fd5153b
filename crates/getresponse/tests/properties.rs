//! What holds for anything that GetResponse may answer: which answers end a grant, which reject a token.

#[path = "../../fuzz/src/lib.rs"]
#[expect(dead_code, unnameable_types, unreachable_pub, reason = "the checks are shared; each test crate uses its part")]
mod checks;

use checks::{
    answer::{self, Arm},
    corpus, dead,
    reply::Reply,
};
use mailgrant_core::Asked;
use mailgrant_getresponse::GetResponse;
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, RngSeed},
};
use serde_json::{Value, json};

/// The same inputs in each run, and no file that remembers one: what fails becomes a seed of the corpus.
fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(1014), ..Config::default() }
}

fn answered(reply: &Reply) {
    let retail = GetResponse::retail;
    for (asked, arm) in [
        (Asked::Exchange, answer::exchange(retail(), reply)),
        (Asked::Refresh, answer::refresh(retail(), reply)),
        (Asked::Obtain, answer::obtain(retail(), reply)),
    ] {
        answer::check(asked, reply, &arm, dead::by_getresponse);
    }
    dead::check_rejection(&retail(), reply, dead::is_1014);
}

#[test]
fn every_seed_of_the_corpus_holds() {
    corpus::each("refusal", |seed| answered(&Reply::of_seed(seed)));
}

const MESSAGES: [&str; 4] = [
    "The access token provided is expired",
    "Unable to authenticate request. Check credentials or authentication method details",
    " unsupported AUTHENTICATION method",
    "",
];

fn anything() -> impl Strategy<Value = Value> {
    let number = prop_oneof![any::<u64>().prop_map(Value::from), any::<f64>().prop_map(Value::from)];
    let text = prop_oneof!["[0-9]{1,12} seconds", any::<String>(), "[a-zA-Z0-9]{8,24}"].prop_map(Value::from);
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), number, text];
    leaf.prop_recursive(2, 8, 4, |inner| {
        let names = select(vec!["timeToReset", "sentToken", "code", "x"]).prop_map(str::to_owned);
        let object = vec((names, inner.clone()), 0..3).prop_map(serde_json::Map::from_iter);
        prop_oneof![vec(inner, 0..3).prop_map(Value::from), object.prop_map(Value::from)]
    })
}

/// The documented codes, and others, in every shape that a number may have.
fn code() -> impl Strategy<Value = Value> {
    let known = select(vec![1_u64, 1000, 1014, 1015, 1016, 1017, 1018, 1019, 1021, 1023, 1024]);
    let number = prop_oneof![3 => Just(1014_u64), 3 => known, 1 => any::<u64>()];
    let shaped = (number, 0..4_u8).prop_map(|(number, shape)| match shape {
        0 => json!(number.to_string()),
        1 => json!(format!(" {number} ")),
        2 => json!(number as f64 + 0.5),
        _ => json!(number),
    });
    prop_oneof![6 => shaped, 1 => anything()]
}

/// The envelope, with the standard's error object in it or not.
fn envelope() -> impl Strategy<Value = Value> {
    let message = prop_oneof![3 => select(MESSAGES.to_vec()).prop_map(Value::from), 1 => anything()];
    let word =
        prop_oneof![select(vec!["invalid_grant", "invalid_client", "server_error"]).prop_map(Value::from), anything()];
    (code(), message, anything(), option::weighted(0.3, word)).prop_map(|(code, message, context, word)| {
        let mut body = json!({"httpStatus": 401, "code": code, "message": message, "context": context});
        word.into_iter().for_each(|word| body["error"] = word);
        body
    })
}

fn status() -> impl Strategy<Value = u16> {
    prop_oneof![3 => 400..500_u16, 1 => 200..300_u16, 1 => 300..310_u16, 2 => 100..1000_u16]
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn no_answer_is_taken_for_more_than_it_says(
        status in status(), body in envelope(), byte in option::of((any::<Index>(), any::<u8>())),
    ) {
        let mut body = body.to_string().into_bytes();
        byte.into_iter().for_each(|(at, byte)| *at.get_mut(&mut body) = byte);
        answered(&Reply::new(status, body));
    }

    /// What is to end a grant does so, and nothing else: the standard's word first, then error 1014.
    #[test]
    fn f18_a_grant_ends_exactly_by_the_documented_pairs(status in status(), body in envelope()) {
        let reply = Reply::new(status, body.to_string());
        let object = reply.object().unwrap();
        let documented = match body.get("error") {
            Some(Value::String(word)) => word == "invalid_grant",
            _ => dead::by_getresponse(Asked::Refresh, &object),
        };
        let ends = documented && reply.may_be_a_verdict();
        for arm in [answer::exchange(GetResponse::retail(), &reply), answer::refresh(GetResponse::retail(), &reply)] {
            prop_assert_eq!(matches!(arm, Arm::Refused(_)), ends, "{:?}", arm);
        }
    }

    #[test]
    fn a_token_is_rejected_by_401_and_403_alone(
        status in status(), body in vec(any::<u8>(), 0..60), known in envelope(),
    ) {
        for body in [body, known.to_string().into_bytes()] {
            dead::check_rejection(&GetResponse::retail(), &Reply::new(status, body), dead::is_1014);
        }
    }
}
