//! Whether every answer of the API says about the token what its row does.

use std::mem::discriminant;

use mailgrant_core::{Bearer, Provider, Verdict::TokenRejected};

use crate::{
    desk::Desks,
    reply::http,
    tables::{
        reply::Reply,
        verdicts::{ROWS, replies},
    },
};

#[test]
fn what_every_answer_of_the_api_says() {
    let desks = Desks::open();
    let at =
        [column(desks.getresponse.bearer(), 0), column(desks.classic.bearer(), 1), column(desks.delegated.bearer(), 1)];
    assert!(at.concat().is_empty(), "{}", at.concat().join("\n"));
}

/// What is wrong at this provider.
fn column<P: Provider>((bearer, provider): (Bearer<P>, P), column: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    for ((name, .., verdicts), reply) in ROWS.iter().zip(replies()) {
        let (answer, expected) = (http(&reply), verdicts[column]);
        let (found, said) = (bearer.verdict(&answer), provider.verdict(&answer));
        if found != expected {
            wrong.push(format!("{name}: {reply}\n  {}: {found:?}", P::NAME));
        }
        assert_eq!(bearer.is_rejected_by(&answer), found == TokenRejected, "{name}");
        assert_eq!(discriminant(&said), discriminant(&found), "{name}: a header changes a pause alone");
    }
    wrong
}

/// A token is spared by every status but two, whatever is in the body.
#[test]
fn no_other_status_rejects_a_token() {
    let desks = Desks::open();
    let (getresponse, classic) = (desks.getresponse.bearer().0, desks.classic.bearer().0);
    for status in (100..600).filter(|status| ![401, 403].contains(status)) {
        for reply in replies() {
            let answer = http(&Reply { status, ..reply });
            assert!(!getresponse.is_rejected_by(&answer), "{status}");
            assert!(!classic.is_rejected_by(&answer), "{status}");
        }
    }
}
