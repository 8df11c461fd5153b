//! What holds for anything that either generation may answer: which answers end a grant, which reject a token.

#[path = "../../fuzz/src/lib.rs"]
#[expect(dead_code, unnameable_types, unreachable_pub, reason = "the checks are shared; each test crate uses its part")]
mod checks;

use checks::{
    answer::{self, Arm},
    corpus, dead,
    reply::Reply,
};
use mailgrant_core::{Asked, Provider, http::HeaderValue};
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};
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
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(403), ..Config::default() }
}

/// What both generations make of an answer.
fn arms(reply: &Reply) -> [(Asked, Arm); 3] {
    [
        (Asked::Exchange, answer::exchange(VerticalResponse::production(), reply)),
        (Asked::Exchange, answer::exchange(VerticalResponseDelegated::production(), reply)),
        (Asked::Refresh, answer::refresh(VerticalResponseDelegated::production(), reply)),
    ]
}

fn answered(reply: &Reply) {
    for (asked, arm) in arms(reply) {
        answer::check(asked, reply, &arm, dead::by_verticalresponse);
    }
    rejected(&VerticalResponse::production(), reply);
    rejected(&VerticalResponseDelegated::production(), reply);
}

fn rejected(provider: &impl Provider, reply: &Reply) {
    dead::check_rejection(provider, reply, dead::mentions_the_token);
}

#[test]
fn every_seed_of_the_corpus_holds() {
    corpus::each("refusal", |seed| answered(&Reply::of_seed(seed)));
}

const WORDS: [&str; 6] =
    ["invalid_grant", "access_revoked", "invalid_client", "invalid_token", "server_error", "Access_Revoked"];
const MESSAGES: [&str; 5] =
    ["Invalid or expired token", "invalid token.", "Invalid token result", "You may not do that", "access_revoked"];

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-zA-Z0-9]{8,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        let names = select(vec!["message", "code", "error", "x"]).prop_map(str::to_owned);
        let object = vec((names, inner.clone()), 0..3).prop_map(serde_json::Map::from_iter);
        prop_oneof![vec(inner, 0..3).prop_map(Value::from), object.prop_map(Value::from)]
    })
}

/// The node of the envelope: a word of the standard's, an object with a message, or whatever else.
fn node() -> impl Strategy<Value = Value> {
    let message = prop_oneof![3 => select(MESSAGES.to_vec()).prop_map(Value::from), 1 => anything()];
    let detail = (message, anything()).prop_map(|(message, code)| json!({"code": code, "message": message}));
    prop_oneof![3 => select(WORDS.to_vec()).prop_map(Value::from), 3 => detail, 1 => anything()]
}

fn envelope() -> impl Strategy<Value = Value> {
    (option::of(node()), option::of(node()), anything()).prop_map(|(error, status, more)| {
        let mut body = json!({"url": "u", "links": more});
        error.into_iter().for_each(|error| body["error"] = error);
        status.into_iter().for_each(|status| body["status"] = status);
        body
    })
}

fn status() -> impl Strategy<Value = u16> {
    prop_oneof![3 => 400..500_u16, 1 => 200..300_u16, 1 => 300..310_u16, 2 => 100..1000_u16]
}

/// What the gateway before the first generation may say.
fn gateway() -> impl Strategy<Value = Option<String>> {
    let known = select(vec!["ERR_403_DEVELOPER_OVER_QPS", "ERR_403_DEVELOPER_INACTIVE", "ERR_403_NOT_AUTHORIZED"]);
    option::weighted(0.3, prop_oneof![known.prop_map(str::to_owned), "[ -~]{0,30}"])
}

fn reply(status: u16, gateway: Option<String>, body: impl Into<Vec<u8>>) -> Reply {
    let mut reply = Reply::new(status, body);
    let gateway = gateway.and_then(|text| HeaderValue::from_str(&text).ok());
    gateway.into_iter().for_each(|text| drop(reply.headers.insert("x-mashery-error-code", text)));
    reply
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn no_answer_is_taken_for_more_than_it_says(
        status in status(), gateway in gateway(), body in envelope(),
        byte in option::of((any::<Index>(), any::<u8>())),
    ) {
        let mut body = body.to_string().into_bytes();
        byte.into_iter().for_each(|(at, byte)| *at.get_mut(&mut body) = byte);
        answered(&reply(status, gateway, body));
    }

    /// What is to end a grant does so, and nothing else: a word in the place of the standard's, without the gateway's.
    #[test]
    fn f18_a_grant_ends_exactly_by_the_documented_words(status in status(), body in envelope()) {
        let reply = reply(status, None, body.to_string());
        let documented = matches!(body["error"].as_str(), Some("invalid_grant" | "access_revoked"));
        let ends = documented && reply.may_be_a_verdict();
        for (asked, arm) in arms(&reply) {
            prop_assert_eq!(matches!(arm, Arm::Refused(_)), ends, "{:?} {:?}", asked, arm);
        }
    }

    #[test]
    fn a_token_is_rejected_by_401_and_403_alone(
        status in status(), gateway in gateway(), body in vec(any::<u8>(), 0..60), known in envelope(),
    ) {
        for body in [body, known.to_string().into_bytes()] {
            let reply = reply(status, gateway.clone(), body);
            rejected(&VerticalResponse::production(), &reply);
            rejected(&VerticalResponseDelegated::production(), &reply);
        }
    }
}
