//! Each verb against each hostile answer: the right arm, one request, bounded.

mod gzip;
mod rows;
mod server;
mod tls;
mod tls_server;

use std::{sync::Arc, thread, time::Duration};

use mailgrant_core::{
    AuthorizationCode, Client, ClientCredentials, Credentials, Endpoints, Profile, RefreshError, ReqwestTransport,
    Standing, TokenRecord, TransitionError,
};

use self::{
    rows::{End, Row},
    server::{Does, Hostile, Seen},
};
use crate::provider::{Postbox, TOKENS, callback};

/// What a good answer brings.
fn tokens() -> String {
    TOKENS.to_owned()
}

/// Whoever writes more than this found somebody who reads without an end.
const MOST_WRITTEN: usize = 16 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Exchange,
    Refresh,
    Obtain,
}

const VERBS: [Verb; 3] = [Verb::Exchange, Verb::Refresh, Verb::Obtain];

/// What a verb came to.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    /// To a token, in a header.
    Granted(String),
    Refused(&'static str),
    Untouched(&'static str),
    Uncertain(&'static str),
}

impl Verb {
    fn expects(self, end: End) -> Came {
        match (end, self) {
            (End::Granted, _) => Came::Granted("Bearer a1".to_owned()),
            (End::InDoubt(code), Self::Refresh) => Came::Uncertain(code),
            (End::InDoubt(code) | End::Untouched(code), _) => Came::Untouched(code),
            (End::NotSent, _) => Came::Untouched("provider_unreachable"),
        }
    }

    async fn play(self, client: &Client<Postbox>) -> Came {
        match self {
            Self::Exchange => {
                let login = client.begin(AuthorizationCode::registered());
                let callback = callback(&login);
                match login.receive(callback).unwrap().exchange().await {
                    Ok(session) => Came::Granted(session.bearer().header().to_str().unwrap().to_owned()),
                    Err(TransitionError::Refused { error, .. }) => Came::Refused(plain(&error)),
                    Err(TransitionError::Untouched { error, .. }) => Came::Untouched(plain(&error)),
                }
            }
            Self::Refresh => {
                let Standing::Lapsed(session) = client.restore::<AuthorizationCode>(lapsed()).unwrap() else {
                    panic!("it ended in 1970")
                };
                match session.refresh().await {
                    Ok(session) => Came::Granted(session.bearer().header().to_str().unwrap().to_owned()),
                    Err(RefreshError::Refused { error, .. }) => Came::Refused(plain(&error)),
                    Err(RefreshError::Untouched { error, .. }) => Came::Untouched(plain(&error)),
                    Err(RefreshError::Uncertain { error, .. }) => Came::Uncertain(plain(&error)),
                }
            }
            Self::Obtain => match client.begin(ClientCredentials).obtain().await {
                Ok(session) => Came::Granted(session.bearer().header().to_str().unwrap().to_owned()),
                Err(TransitionError::Refused { error, .. }) => Came::Refused(plain(&error)),
                Err(TransitionError::Untouched { error, .. }) => Came::Untouched(plain(&error)),
            },
        }
    }
}

/// The error's code, once nothing of the answer is found in what it prints.
fn plain(error: &mailgrant_core::Error) -> &'static str {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        let shown = error.to_string();
        assert!(!shown.contains(char::is_control), "{shown:?}");
        let secrets = ["a1", "r1", "r-old", "the-code", "the-secret"];
        assert!(!secrets.iter().any(|secret| shown.contains(secret)), "{shown}");
        next = error.source();
    }
    error.code()
}

fn lapsed() -> TokenRecord {
    TokenRecord::decode(br#"{"v":1,"identity":{"provider":"postbox","environment":"test","client_id":"id"},"grant":"authorization_code","renewal":"refresh","redirect_uri":null,"access_token":"a-old","refresh_token":"r-old","expires":{"at":60000},"obtained_at":0,"scope":null,"unknown":false}"#).unwrap()
}

/// One verb of a client at this token endpoint, on a runtime that ends with it.
fn play(verb: Verb, transport: &ReqwestTransport, token_url: &str, within: Duration) -> Came {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let endpoints = Endpoints::parse("https://postbox.example/authorize", token_url, "https://postbox.example/v1");
    let mut profile = Profile::new("test", endpoints.unwrap());
    profile.token_timeout = within;
    let credentials = Credentials::new("id", "the-secret");
    let client = Client::builder(Postbox(profile), credentials, Arc::new(transport.clone())).build().unwrap();
    runtime.block_on(verb.play(&client))
}

/// What is wrong with a row, for each verb.
fn check(row: Row, transport: &ReqwestTransport) -> Vec<String> {
    let within = if row.ends_by_time { Duration::from_millis(500) } else { Duration::from_secs(30) };
    let reads_none = matches!(row.does, Does::HangsUp | Does::TurnsAway(_));
    let (name, ends, does) = (row.name, row.ends, Arc::new(row.does));
    let verb = |verb: Verb| {
        let server = Hostile::start(does.clone());
        let came = play(verb, transport, &server.token_url(), within);
        let seen @ Seen { connections, requests, written, .. } = server.seen();
        let not_sent = came == verb.expects(End::NotSent);
        let is_right = ends.iter().any(|end| verb.expects(*end) == came)
            && connections == 1
            && (requests == usize::from(!not_sent) || reads_none && requests == 0)
            && written <= MOST_WRITTEN;
        (!is_right).then(|| format!("{name}: {verb:?} came to {came:?} with {seen:?}, not to one of {ends:?}"))
    };
    thread::scope(|scope| {
        let all = VERBS.map(|each| scope.spawn(move || verb(each)));
        all.into_iter().filter_map(|played| played.join().unwrap()).collect()
    })
}

fn check_all(by_time: bool) {
    let transport = ReqwestTransport::builder().build().unwrap();
    let elsewhere = Hostile::start(Does::Says(Vec::new()).into());
    let rows: Vec<_> =
        rows::all(&elsewhere.other_name()).into_iter().filter(|row| row.ends_by_time == by_time).collect();
    let at_once = if by_time { rows.len() } else { 2 };
    let mut rows = rows.into_iter().peekable();
    let mut wrong = Vec::new();
    while rows.peek().is_some() {
        let wave: Vec<Row> = rows.by_ref().take(at_once).collect();
        thread::scope(|scope| {
            let transport = &transport;
            let played: Vec<_> = wave.into_iter().map(|row| scope.spawn(|| check(row, transport))).collect();
            played.into_iter().for_each(|row| wrong.extend(row.join().unwrap()));
        });
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(elsewhere.strangers(), 0, "a redirect was followed");
}

#[test]
fn what_ends_by_itself() {
    check_all(false);
}

#[test]
fn what_ends_by_the_time_limit_alone() {
    check_all(true);
}
