//! Whether every refusal of the token endpoint means what its row says, verb by verb.

use crate::{
    desk::{Desks, OFFERED, Verb, Who},
    quiet,
    tables::{
        means::Means,
        refusals::{Row, anybody, getresponse, reply, verticalresponse},
        reply::Reply,
    },
};

/// A row, with the one verb of one provider that is looked at.
pub(crate) struct Case {
    name: &'static str,
    pub(crate) reply: Reply,
    pub(crate) asked: (Who, Verb),
    pub(crate) means: Means,
}

/// Every row at every provider that it is about.
pub(crate) fn cases() -> Vec<Case> {
    let everywhere = cells(anybody::ROWS, &[Who::GetResponse, Who::Classic, Who::Delegated]);
    let getresponse = cells(getresponse::ROWS, &[Who::GetResponse]);
    let verticalresponse = cells(verticalresponse::ROWS, &[Who::Classic, Who::Delegated]);
    everywhere.chain(getresponse).chain(verticalresponse).collect()
}

/// The columns of a table are an exchange, a refresh, and where it has a third one, obtaining.
fn cells<const N: usize>(rows: &'static [Row<N>], whose: &'static [Who]) -> impl Iterator<Item = Case> {
    rows.iter().flat_map(move |row| {
        let (name, .., means) = row;
        let offered = OFFERED.into_iter().filter(|(who, _)| whose.contains(who));
        offered.map(move |(who, verb)| Case {
            name,
            reply: reply(row),
            asked: (who, verb),
            means: means[verb as usize],
        })
    })
}

#[test]
fn what_every_refusal_means() {
    let desks = Desks::open();
    let mut wrong = Vec::new();
    for case in cases().iter().filter(|case| case.means != Means::Open) {
        let heard = desks.ask(case.asked, &case.reply);
        if heard.means != case.means {
            wrong.push(format!("{}: {}\n  {:?}: {:?}", case.name, case.reply, case.asked, heard.means));
        }
        if let Some(error) = &heard.error {
            assert_eq!(error.status(), Some(case.reply.status), "{}", case.name);
            assert_eq!(quiet::repeated(error, &case.reply.body), None, "{}", case.name);
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_row_has_its_own_name_or_answer() {
    let cases = cases();
    for (index, one) in cases.iter().enumerate() {
        let twin = cases[..index].iter().find(|other| {
            (other.asked, other.reply.status, other.reply.headers, &other.reply.body)
                == (one.asked, one.reply.status, one.reply.headers, &one.reply.body)
        });
        assert!(twin.is_none(), "{} is {}", one.name, twin.map_or("", |twin| twin.name));
    }
}
