//! Whether every answer with tokens comes to what its row says: a life, a refresh token, a scope, an account.

use crate::{
    desk::{Desks, OFFERED, Verb, Who},
    heard::{Heard, written},
    quiet,
    tables::{
        means::{
            Life::For,
            Means::{self, Issued, Open},
        },
        reply::{NO, Reply},
        tokens::{beside, rows},
    },
};

fn expected(means: [Means; 4], (who, verb): (Who, Verb)) -> Means {
    if who == Who::Classic { means[3] } else { means[verb as usize] }
}

/// The token that is used from now on.
fn token_of(heard: &Heard) -> Option<String> {
    heard.record.as_ref().map(|record| written(record)["access_token"].as_str().unwrap().to_owned())
}

#[test]
fn what_every_answer_with_tokens_comes_to() {
    let desks = Desks::open();
    let mut wrong = Vec::new();
    for (body, means) in rows() {
        for asked in OFFERED {
            let heard = desks.ask(asked, &Reply::ok(body.clone()));
            if ![heard.means, Open].contains(&expected(means, asked)) {
                wrong.push(format!("{body}\n  {asked:?}: {:?}", heard.means));
            }
            match &heard.error {
                Some(error) => assert_eq!(quiet::repeated(error, body.as_bytes()), None, "{body}"),
                None => assert_eq!(token_of(&heard).as_deref(), Some("second-access-token"), "{body}"),
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn any_success_brings_tokens_and_nothing_else_does() {
    let desks = Desks::open();
    for status in (100..600).filter(|status| status % 7 == 4 || [200, 201, 204, 206, 299, 300].contains(status)) {
        for asked in OFFERED {
            let reply = Reply::new(status, NO, beside(r#""expires_in":60"#).into_bytes());
            let issued = matches!(desks.ask(asked, &reply).means, Issued { life: For(60.0), .. });
            assert_eq!(issued, (200..300).contains(&status), "{status} {asked:?}");
        }
    }
}

#[test]
fn a_scope_is_the_narrower_one_or_the_one_before() {
    let desks = Desks::open();
    for (scope, exchanged, refreshed) in [
        (r#""read""#, Some("read"), Some("read")),
        (r#""read write""#, Some("read write"), Some("read write")),
        ("null", None, Some("read write")),
        (r#""""#, None, Some("read write")),
        (r#"["read"]"#, None, Some("read write")),
        ("5", None, Some("read write")),
        (r#""read\nwrite""#, None, Some("read write")),
    ] {
        let reply = Reply::ok(beside(&format!(r#""scope":{scope}"#)));
        for asked in OFFERED {
            let record = desks.ask(asked, &reply).record.unwrap();
            let expected = if asked.1 == Verb::Refresh { refreshed } else { exchanged };
            assert_eq!(record.scope(), expected, "{scope} {asked:?}");
        }
    }
    let missing = desks.ask((Who::GetResponse, Verb::Refresh), &Reply::ok(beside(r#""expires_in":60"#)));
    assert_eq!(missing.record.unwrap().scope(), Some("read write"));
}

#[test]
fn a_user_is_a_number_or_a_text_where_users_are_named() {
    let desks = Desks::open();
    for (user, id) in [
        ("4712", Some("4712")),
        (r#""4712""#, Some("4712")),
        (r#""ann@example.com""#, Some("ann@example.com")),
        ("18446744073709551615", Some("18446744073709551615")),
        (r#""98765432109876543210""#, Some("98765432109876543210")),
        ("0", Some("0")),
        ("null", None),
        (r#""""#, None),
        ("-1", None),
        ("4712.5", None),
        ("true", None),
        ("[4712]", None),
        (r#"{"user_id":4712}"#, None),
        (r#""a\u0000b""#, None),
    ] {
        let reply = Reply::ok(beside(&format!(r#""user_id":{user}"#)));
        for asked in OFFERED {
            let record = desks.ask(asked, &reply).record.unwrap();
            assert_eq!(record.account_id(), id.filter(|_| asked.0 == Who::Classic), "{user} {asked:?}");
        }
    }
}

#[test]
fn what_no_document_mentions_is_kept_and_named() {
    let desks = Desks::open();
    for (fields, classic, obtained) in [
        (r#""user_id":1"#, None, None),
        (r#""expires_in":60"#, Some("expires_in"), None),
        (r#""refresh_token":"second-refresh-token""#, Some("refresh_token"), Some("refresh_token")),
        (
            r#""expires_in":60,"refresh_token":"second-refresh-token""#,
            Some("expires_in refresh_token"),
            Some("refresh_token"),
        ),
        (r#""expires_in":0,"refresh_token":null,"extended":1"#, None, None),
    ] {
        for asked in OFFERED {
            let record = desks.ask(asked, &Reply::ok(beside(fields))).record.unwrap();
            let expected = match asked {
                (Who::Classic, _) => classic,
                (_, Verb::Obtain) => obtained,
                _ => None,
            };
            assert_eq!(record.undocumented(desks.profile(asked.0)), expected, "{fields} {asked:?}");
        }
    }
}
