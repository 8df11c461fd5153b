//! Every row of the answer tables, with secrets wherever a provider may say something.

use std::sync::{Arc, Mutex};

use crate::{
    canary::{self, Kind},
    ear::Ear,
    operations::Operation::{
        self, Account, Call, Exchange, ExchangeByGet, ExchangeDelegated, Obtain, Refresh, RefreshDelegated, Revoke,
    },
    server::Heard,
    shop::Shop,
    tables::{
        refusals::{anybody, getresponse, reply, verticalresponse},
        reply::Reply,
        tokens, verdicts,
    },
};

const AT_GETRESPONSE: &[Operation] = &[Exchange, Refresh, Obtain];
const AT_VERTICALRESPONSE: &[Operation] = &[ExchangeByGet, ExchangeDelegated, RefreshDelegated, Revoke];
const AT_BOTH: &[Operation] = &[Exchange, Refresh, Obtain, ExchangeByGet, ExchangeDelegated, RefreshDelegated, Revoke];
const FOR_TOKENS: &[Operation] = &[Exchange, Refresh, Obtain, ExchangeByGet, ExchangeDelegated, RefreshDelegated];
const OF_THE_API: &[Operation] = &[Call, Account];

/// What stands in a row for whatever a provider says, the longer one first, and for the tokens that it issues.
const SAID: [&str; 2] = ["hush-hush", "hush"];
const ISSUED: [(&str, Kind); 2] = [("second-access-token", Kind::Access), ("second-refresh-token", Kind::Refresh)];

/// The row as a server says it who repeats what it was sent.
fn repeating(row: &Reply, heard: &Heard) -> Vec<u8> {
    // As a text of JSON, which anything else is as well.
    let echo = serde_json::to_string(&heard.repeated()).unwrap();
    let echo = &echo[1..echo.len() - 1];
    let filled = |bytes: &[u8]| {
        let bytes = SAID.iter().fold(bytes.to_vec(), |bytes, said| replaced(&bytes, said, echo));
        ISSUED.iter().fold(bytes, |bytes, (token, kind)| replaced(&bytes, token, &canary::secret(*kind)))
    };
    let body = filled(&row.body);
    let mut bytes = format!("HTTP/1.1 {} Said\r\nContent-Length: {}\r\n", row.status, body.len()).into_bytes();
    for (name, value) in row.headers {
        bytes.extend(format!("{name}: {value}\r\n").into_bytes());
    }
    bytes.extend_from_slice(b"Connection: close\r\n\r\n");
    bytes.extend(body);
    bytes
}

fn replaced(bytes: &[u8], what: &str, with: &str) -> Vec<u8> {
    let mut rest = bytes;
    let mut all = Vec::new();
    while let Some(at) = rest.windows(what.len()).position(|window| window == what.as_bytes()) {
        all.extend_from_slice(&rest[..at]);
        all.extend_from_slice(with.as_bytes());
        rest = &rest[at + what.len()..];
    }
    all.extend_from_slice(rest);
    all
}

/// Plays each row with each operation; the name of the table is shown with what is found.
async fn play(table: &str, rows: impl Iterator<Item = Reply>, operations: &[Operation]) {
    let (ear, laid) = (Ear::new(), Arc::<Mutex<Reply>>::default());
    let next = laid.clone();
    let shop = Shop::failing(move |heard| repeating(&next.lock().unwrap(), heard));
    let (mut played, mut failed) = (0, 0);
    for row in rows {
        *laid.lock().unwrap() = row.clone();
        for operation in operations {
            ear.say(format_args!("{table}: {operation:?} {} {:?}", row.status, row.headers));
            let before = ear.length();
            failed += usize::from(operation.play(&ear, &shop).await);
            assert!(ear.length() > before, "{operation:?} says nothing at {row}");
            let secrets_at = matches!(operation, ExchangeByGet).then_some("/token");
            ear.say(shop.server.sent_openly(secrets_at));
            shop.mend();
            played += 1;
        }
    }
    // Whatever the API says of a call is an answer.
    assert!(failed * 3 > played || operations == OF_THE_API, "{table}: {failed} failures of {played} are too few");
    ear.assert_nothing_leaked();
    ear.assert_heard(&["reqwest::", "hyper_util::client::legacy"]);
}

#[tokio::test]
async fn no_refusal_from_anybody_is_repeated() {
    play("anybody", anybody::ROWS.iter().map(reply), AT_BOTH).await;
}

#[tokio::test]
async fn no_refusal_from_getresponse_is_repeated() {
    play("GetResponse", getresponse::ROWS.iter().map(reply), AT_GETRESPONSE).await;
}

#[tokio::test]
async fn no_refusal_from_verticalresponse_is_repeated() {
    play("VerticalResponse", verticalresponse::ROWS.iter().map(reply), AT_VERTICALRESPONSE).await;
}

#[tokio::test]
async fn no_token_is_repeated_with_whatever_it_comes() {
    play("tokens", tokens::replies(), FOR_TOKENS).await;
}

#[tokio::test]
async fn no_answer_of_the_api_is_repeated() {
    play("the API", verdicts::replies(), OF_THE_API).await;
}

#[test]
fn a_row_repeats_what_was_sent() {
    let heard = Heard { head: "GET /token?a=the+\"secret\" HTTP/1.1\r\n\r\n".to_owned(), body: "b".to_owned() };
    let row = Reply::new(401, &[("retry-after", "7")], br#"{"more":"hush-hush","sent":"hush"}"#.as_slice());
    let told = String::from_utf8(repeating(&row, &heard)).unwrap();
    let (head, body) = told.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 401 ") && head.contains("\r\nretry-after: 7\r\n"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!([&body["more"], &body["sent"]], [r#" a=the+"secret" b"#; 2]);
}
