//! All bodies crossed with all statuses: no grant ends but by a listed word.
//!
//! Every request wipes a large buffer byte by byte, which takes a debug build a millisecond. So one listed word meets
//! every status, each other one the telling statuses, and what is not listed those of a refusal. For every body at every
//! status: `ANSWERS=all cargo test --release -p mailgrant-acceptance --test answers never`.

use crate::{
    desk::{Desks, Verb, Who},
    refusals,
    tables::{
        means::Means::{self, Dead, Issued},
        reply::Reply,
        tokens, verdicts,
    },
};

const OF_REFUSALS: [u16; 5] = [200, 400, 401, 403, 404];
const TELLING: [u16; 12] = [199, 200, 299, 300, 399, 400, 403, 428, 429, 430, 500, 503];

/// A word about the grant is the provider's own in a success or a refusal; too many requests are no verdict.
fn may_end_a_grant(status: u16) -> bool {
    matches!(status, 200..=299 | 400..=499) && status != 429
}

/// A listed word in a 404: neither promised to end a grant nor not to.
fn is_open(status: u16) -> bool {
    status == 404
}

/// Every body of a table, with its headers, once.
struct Bodies {
    all: Vec<Reply>,
    /// Those that a row of this verb lists as fatal.
    listed: Vec<Reply>,
}

impl Bodies {
    fn of(asked: (Who, Verb)) -> Self {
        let cases = refusals::cases();
        let listed = cases.iter().filter(|case| case.asked == asked && case.means == Dead);
        let listed = once(listed.map(|case| case.reply.clone()));
        let all = cases.iter().map(|case| case.reply.clone()).chain(tokens::replies()).chain(verdicts::replies());
        Self { all: once(all), listed }
    }
}

fn same(one: &Reply, other: &Reply) -> bool {
    (one.headers, &one.body) == (other.headers, &other.body)
}

fn once(replies: impl Iterator<Item = Reply>) -> Vec<Reply> {
    let mut found: Vec<Reply> = Vec::new();
    for reply in replies {
        if !found.iter().any(|other| same(other, &reply)) {
            found.push(reply);
        }
    }
    found
}

fn cross(asked: (Who, Verb)) {
    let (desks, bodies) = (Desks::in_a_hurry(), Bodies::of(asked));
    let everything = std::env::var("ANSWERS").is_ok_and(|which| which == "all");
    let mut wrong = Vec::new();
    for body in &bodies.all {
        let listed = bodies.listed.iter().any(|other| same(other, body));
        let first = bodies.listed.first().is_some_and(|first| same(first, body));
        let meets = |status: &u16| match (everything || first, listed) {
            (true, _) => true,
            (_, true) => TELLING.contains(status),
            (_, false) => OF_REFUSALS.contains(status),
        };
        for status in (100..600).filter(meets).filter(|status| !(listed && is_open(*status))) {
            let reply = Reply { status, ..body.clone() };
            let means = desks.ask(asked, &reply).means;
            if (means == Dead) != (listed && may_end_a_grant(status) && !is_issued(means)) {
                wrong.push(format!("{means:?}: {reply}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{asked:?}, {} pairs:\n{}", wrong.len(), wrong.join("\n"));
}

/// A token is worth more than a word beside it.
fn is_issued(means: Means) -> bool {
    matches!(means, Issued { .. })
}

#[test]
fn an_exchange_at_getresponse() {
    cross((Who::GetResponse, Verb::Exchange));
}

#[test]
fn a_refresh_at_getresponse() {
    cross((Who::GetResponse, Verb::Refresh));
}

#[test]
fn an_exchange_at_generation_1() {
    cross((Who::Classic, Verb::Exchange));
}

#[test]
fn an_exchange_at_generation_2() {
    cross((Who::Delegated, Verb::Exchange));
}

#[test]
fn a_refresh_at_generation_2() {
    cross((Who::Delegated, Verb::Refresh));
}

/// There is no customer behind it.
#[test]
fn obtaining_has_nothing_to_end() {
    let (desks, dead) = (Desks::in_a_hurry(), Bodies::of((Who::GetResponse, Verb::Refresh)).listed);
    assert!(Bodies::of((Who::GetResponse, Verb::Obtain)).listed.is_empty());
    for body in dead {
        for status in TELLING {
            let reply = Reply { status, ..body.clone() };
            assert_ne!(desks.ask((Who::GetResponse, Verb::Obtain), &reply).means, Dead, "{reply}");
        }
    }
}
