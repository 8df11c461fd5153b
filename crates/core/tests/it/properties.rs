//! What holds for any input: callbacks, fragments, token answers, records, addresses.
//!
//! The checks are those of the fuzz targets, whose corpus is run here too.

#[path = "../../../fuzz/src/lib.rs"]
#[expect(dead_code, unnameable_types, unreachable_pub, reason = "the checks are shared; each test crate uses its part")]
mod checks;

use std::time::{Duration, SystemTime};

use checks::{
    answer::{self, Arm},
    callback, corpus, dead, fragment,
    letterbox::{API, Letterbox, NOW, REDIRECT_URI, STATE, client, done},
    record,
    reply::Reply,
};
use mailgrant_core::{
    Asked, AuthorizationCode, Callback, Endpoint, Expiry, PendingAuthorization, Standing, TokenRecord, http::Method,
};
use oauth2::url::Url;
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
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(6749), ..Config::default() }
}

fn test() -> Letterbox {
    Letterbox::at("test")
}

/// Checks an answer to everything that can be asked.
fn answered(reply: &Reply) {
    for (asked, arm) in [
        (Asked::Exchange, answer::exchange(test(), reply)),
        (Asked::Refresh, answer::refresh(test(), reply)),
        (Asked::Obtain, answer::obtain(test(), reply)),
    ] {
        answer::check(asked, reply, &arm, dead::by_the_standard);
    }
}

#[test]
fn every_seed_of_the_corpus_holds() {
    corpus::each("callback", |seed| callback::check(&String::from_utf8_lossy(seed)));
    corpus::each("fragment", |seed| fragment::check(&String::from_utf8_lossy(seed)));
    corpus::each("record", record::check);
    corpus::each("token_answer", |seed| answered(&Reply::of_seed(seed)));
}

type Said = Vec<(&'static str, String)>;

/// One thing that a callback may say.
fn said() -> impl Strategy<Value = (&'static str, String)> {
    let name = ["code", "state", "error", "iss", "access_token", "token_type", "expires_in", "scope", "x"];
    let known = ["access_denied", "server_error", "https://letterbox.example", "bearer", "60", "", "a\r\nb", STATE];
    let value = prop_oneof![select(known.to_vec()).prop_map(str::to_owned), any::<String>(), "[ -~]{1,40}"];
    (select(name.to_vec()), value)
}

/// What a login's own callback says, with whatever else.
fn mostly_good(what: &'static str) -> impl Strategy<Value = Said> {
    let own = "[ -~]{1,40}".prop_map(move |own| vec![(what, own), ("state", STATE.to_owned())]);
    (own, vec(said(), 0..3)).prop_map(|(own, more)| [own, more].concat()).prop_shuffle()
}

fn form(said: &[(&str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish()
}

fn values<'a>(said: &'a Said, name: &str) -> Vec<&'a str> {
    let states_nothing = |value: &str| name == "state" && value.is_empty();
    said.iter().filter(|(said, value)| *said == name && !states_nothing(value)).map(|(_, value)| &**value).collect()
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn no_text_is_another_login_s_callback(
        text in any::<String>(), query in vec(said(), 0..6), fragment in vec(said(), 0..4),
    ) {
        let (query, fragment) = (form(&query), form(&fragment));
        let built = [format!("{REDIRECT_URI}?{query}#{fragment}"), query, format!("#{fragment}"), text];
        for text in &built {
            callback::check(text);
            fragment::check(text);
        }
    }

    #[test]
    fn no_bytes_are_either(bytes in vec(any::<u8>(), 0..200)) {
        let text = format!("{}&state={STATE}", String::from_utf8_lossy(&bytes));
        callback::check(&text);
        fragment::check(&format!("#{text}"));
    }

    /// Exactly when it says all that it must, once, and nothing that it may not.
    #[test]
    fn a_code_is_taken_from_its_own_callback_alone(said in mostly_good("code")) {
        let (codes, issuers) = (values(&said, "code"), values(&said, "iss"));
        let issued = issuers.is_empty() || issuers == ["https://letterbox.example"];
        let alone = ["error", "access_token"].iter().all(|name| values(&said, name).is_empty());
        let one = codes.len() == 1 && !codes[0].is_empty();
        let good = values(&said, "state") == [STATE] && one && issued && alone;
        let text = format!("{REDIRECT_URI}?{}", form(&said));
        let received = callback::receive(&text).ok();
        prop_assert_eq!(received.as_deref(), good.then_some(codes[0]), "{}", text);
    }

    #[test]
    fn a_token_is_taken_as_it_is_or_not_at_all(said in mostly_good("access_token")) {
        let text = format!("#{}", form(&said));
        fragment::check(&text);
        let (tokens, others) = (values(&said, "access_token"), ["code", "error", "iss", "token_type", "expires_in"]);
        let alone = others.iter().all(|name| values(&said, name).is_empty()) && values(&said, "scope").len() < 2;
        if alone && values(&said, "state") == [STATE] && tokens.len() == 1 {
            let visible = !tokens[0].is_empty() && tokens[0].bytes().all(|byte| matches!(byte, 0x20..=0x7e));
            prop_assert_eq!(fragment::receive(&text).ok(), visible.then(|| tokens[0].as_bytes().to_vec()));
        }
    }

    #[test]
    fn a_token_with_a_control_character_is_never_taken(
        token in any::<String>(), control in "[\\x00-\\x1f\\x7f]", at in any::<Index>(),
    ) {
        let mut characters: Vec<char> = token.chars().collect();
        characters.insert(at.index(characters.len() + 1), control.chars().next().unwrap());
        let token: String = characters.into_iter().collect();
        let said = form(&[("access_token", token.clone()), ("state", STATE.to_owned())]);
        let taken = fragment::receive(&format!("#{said}"));
        prop_assert!(taken.is_err());
        for body in [json!({"access_token": token}), json!({"access_token": "a", "refresh_token": token})] {
            let reply = Reply::new(200, body.to_string());
            for arm in [answer::exchange(test(), &reply), answer::refresh(test(), &reply)] {
                prop_assert!(!matches!(arm, Arm::Issued(_)), "{:?}", arm);
            }
        }
    }
}

const FIELDS: [&str; 7] =
    ["access_token", "refresh_token", "token_type", "expires_in", "scope", "error", "error_description"];
const WORDS: [&str; 8] =
    ["invalid_grant", "invalid_client", "slow_down", "server_error", "Bearer", "mac", "60", "a\r\nb"];

fn field() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(FIELDS.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

/// Any JSON at all, of the fields that answers have.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-zA-Z0-9]{8,24}".prop_map(Value::from),
        select(WORDS.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        let object = vec((field(), inner.clone()), 0..4).prop_map(serde_json::Map::from_iter);
        prop_oneof![vec(inner, 0..4).prop_map(Value::from), object.prop_map(Value::from)]
    })
}

/// A known answer with other fields, another byte, or cut off.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let (access, refresh) = ("Q7mZx2LpT9", "W4kRb8NcJ6");
    let good = json!({"access_token": access, "token_type": "Bearer", "expires_in": 60, "refresh_token": refresh});
    let refused = json!({"error": "invalid_grant", "error_description": "Refresh token Zq83LmPw has expired"});
    let body = (select(vec![good, refused]), vec((field(), anything()), 0..3)).prop_map(|(mut body, changes)| {
        changes.into_iter().for_each(|(field, value)| body[field] = value);
        body.to_string().into_bytes()
    });
    let byte = option::weighted(0.3, (any::<Index>(), any::<u8>()));
    (body, byte, option::weighted(0.2, any::<Index>())).prop_map(|(mut body, byte, end)| {
        byte.into_iter().for_each(|(at, byte)| *at.get_mut(&mut body) = byte);
        end.into_iter().for_each(|end| body.truncate(end.index(body.len())));
        body
    })
}

fn reply() -> impl Strategy<Value = Reply> {
    let json = anything().prop_map(|value| value.to_string().into_bytes());
    let body = prop_oneof![1 => vec(any::<u8>(), 0..80), 2 => json, 5 => mutated()];
    let status =
        prop_oneof![3 => Just(200_u16), 2 => 400..500_u16, 1 => 200..300_u16, 1 => 300..310_u16, 2 => 100..1000_u16];
    let pause = prop_oneof!["[0-9]{1,25}", "[ -~]{0,30}", Just("Fri, 31 Dec 9999 23:59:59 GMT".to_owned())];
    (status, option::of(pause), body).prop_map(|(status, pause, body)| {
        let mut reply = Reply::new(status, body);
        let pause = pause.and_then(|pause| pause.parse().ok());
        pause.into_iter().for_each(|pause| drop(reply.headers.insert("retry-after", pause)));
        reply
    })
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn no_answer_is_taken_for_more_than_it_says(reply in reply()) {
        answered(&reply);
    }

    /// Whatever else is in the body.
    #[test]
    fn a_grant_ends_exactly_by_the_word_for_it(
        status in prop_oneof![400..500_u16, 100..1000_u16], known in any::<bool>(), word in any::<String>(),
        more in anything(),
    ) {
        let word = if known { "invalid_grant" } else { &*word };
        let body = json!({"error": word, "error_description": more, "x": more}).to_string();
        let (reply, verdict) = (Reply::new(status, body), matches!(status, 200..=299 | 400..=428 | 430..=499));
        for (arm, spent) in [
            (answer::exchange(test(), &reply), true),
            (answer::refresh(test(), &reply), true),
            (answer::obtain(test(), &reply), false),
        ] {
            prop_assert_eq!(matches!(arm, Arm::Refused(_)), spent && verdict && word == "invalid_grant", "{:?}", arm);
        }
    }

    #[test]
    fn a_failure_never_says_that_nothing_was_spent(
        status in prop_oneof![100..200_u16, 500..1000_u16], body in mutated(),
    ) {
        let arm = answer::refresh(test(), &Reply::new(status, body));
        prop_assert!(matches!(arm, Arm::Uncertain(_)), "{:?}", arm);
    }
}

/// A record as it is written, of anything that may be in one.
fn written() -> impl Strategy<Value = Value> {
    let grant = select(vec!["authorization_code", "client_credentials", "implicit", "adopted"]);
    let renewal = select(vec!["refresh", "obtain", "never"]);
    let open = select(vec!["never", "unknown"]).prop_map(Value::from);
    let expires = prop_oneof![any::<u64>().prop_map(|at| json!({"at": at})), open];
    let texts = (option::of(any::<String>()), option::of(any::<String>()), option::of(any::<String>()));
    let tokens = ("[ -~]{1,300}", option::of("[ -~]{1,300}"));
    let identity = (prop_oneof![Just("letterbox".to_owned()), any::<String>()], any::<String>(), any::<String>());
    let all = (grant, renewal, expires, texts, tokens, identity, any::<u64>(), any::<bool>());
    all.prop_map(|(grant, renewal, expires, texts, tokens, identity, at, unknown)| {
        let mut record = json!({
            "v": 1, "identity": {"provider": identity.0, "environment": identity.1, "client_id": identity.2},
            "grant": grant, "renewal": renewal, "redirect_uri": texts.0, "access_token": tokens.0,
            "refresh_token": tokens.1, "expires": expires, "obtained_at": at, "scope": texts.1, "unknown": unknown,
        });
        texts.2.into_iter().for_each(|id| record["account_id"] = id.into());
        record
    })
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_record_is_read_as_it_was_written(value in written()) {
        let bytes = value.to_string().into_bytes();
        record::check(&bytes);
        let read = TokenRecord::decode(&bytes).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Value>(&record::opened(&read.encode())).unwrap(), value);
    }

    #[test]
    fn no_bytes_are_a_record_by_chance(
        bytes in vec(any::<u8>(), 0..120), value in written(), at in any::<Index>(), byte in any::<u8>(),
    ) {
        record::check(&bytes);
        let mut damaged = value.to_string().into_bytes();
        *at.get_mut(&mut damaged) = byte;
        record::check(&damaged);
    }

    #[test]
    fn a_session_comes_back_as_it_rested(
        access in "[ -~]{1,200}", refresh in "[ -~]{1,200}", life in 0..3_000_000_000_u64, scope in "[ -~]{0,60}",
        registered in any::<bool>(),
    ) {
        let body = json!({"access_token": access, "refresh_token": refresh, "expires_in": life, "scope": scope});
        let (client, log) = client(test(), vec![Reply::new(200, body.to_string()), Reply::tokens()]);
        let returning = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
        let login = client.begin(if registered { AuthorizationCode::registered() } else { returning });
        let (url, pending) = (login.authorize_url(), login.into_pending());
        let pending = PendingAuthorization::decode(&record::opened(&pending.encode())).unwrap();
        let login = client.resume::<AuthorizationCode>(pending).unwrap();
        prop_assert_eq!(url, login.authorize_url());
        let callback = Callback::parse(&format!("code=c&state={STATE}")).unwrap();
        let session = done(login.receive(callback).unwrap().exchange()).unwrap();
        let record = TokenRecord::decode(&record::opened(&session.into_record().encode())).unwrap();
        let end = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + life);
        prop_assert_eq!((record.expires_at(), record.scope().unwrap_or_default()), (Expiry::At(end), &*scope));
        let session = match client.restore::<AuthorizationCode>(record).unwrap() {
            Standing::Live(session) => {
                let (header, expected) = (session.bearer().header(), format!("Bearer {access}"));
                prop_assert_eq!(header.as_bytes(), expected.as_bytes());
                let Standing::Lapsed(session) = session.expire() else { panic!("it has a refresh token") };
                session
            }
            Standing::Lapsed(session) if life == 0 => session,
            other => panic!("{other:?}"),
        };
        drop(done(session.refresh()).unwrap());
        let body = log.lock().unwrap()[1].body().clone();
        let sent: Vec<_> = form_urlencoded::parse(&body).filter(|(name, _)| name == "refresh_token").collect();
        prop_assert_eq!(&sent[0].1, &refresh);
    }
}

/// What somebody may try as the path of a call.
fn path() -> impl Strategy<Value = String> {
    const PIECES: &str =
        "/ // .. . %2e %2E%2e %2f \\ @ : ? # v1 /v1/ accounts evil.example https: :443 %00 [::1] ä %5c";
    let piece = select(PIECES.split(' ').chain(["\t", "\n", " "]).map(str::to_owned).collect::<Vec<_>>());
    prop_oneof![3 => vec(piece, 0..8).prop_map(|pieces| pieces.concat()), 1 => any::<String>(), 1 => "[!-~]{0,40}"]
}

fn address() -> impl Strategy<Value = String> {
    let bases = ["https://", "http://", "http://127.0.0.1", "http://[::1]", "https://a.example"].map(str::to_owned);
    let built = (select(bases.to_vec()), path()).prop_map(|(base, path)| base + &path);
    prop_oneof![any::<String>(), "https?://[!-~]{0,30}", built]
}

proptest! {
    #![proptest_config(cases(512))]

    /// By the word of a parser that browsers would agree with, since that is what a transport may have.
    #[test]
    fn no_path_leads_to_another_host(path in path()) {
        let (client, _) = client(test(), vec![]);
        let session = client.adopt("token".to_owned().into(), None).unwrap();
        match session.bearer().request(Method::GET, &path) {
            Ok(request) => {
                let (base, url) = (Url::parse(API).unwrap(), Url::parse(&request.uri().to_string()).unwrap());
                prop_assert_eq!(url.origin(), base.origin());
                prop_assert!(url.path().starts_with("/v1/"), "{}", url);
                prop_assert!(url.username().is_empty() && url.fragment().is_none(), "{}", url);
            }
            Err(error) => prop_assert_eq!(error.code(), "path_invalid"),
        }
    }

    #[test]
    fn an_endpoint_is_where_everybody_reads_it_to_be(text in address()) {
        if let Ok(endpoint) = Endpoint::parse(&text) {
            prop_assert_eq!(&Endpoint::parse(endpoint.as_str()).unwrap(), &endpoint);
            let uri: http::Uri = endpoint.as_str().parse().unwrap();
            // What browsers do not take for an address, nobody can be sent to.
            if let Ok(url) = Url::parse(endpoint.as_str()) {
                let (host, own) = (url.host_str().unwrap_or_default(), uri.host().unwrap_or_default());
                let number = host.parse::<std::net::Ipv4Addr>().is_ok() || host.starts_with('[');
                prop_assert!(own.eq_ignore_ascii_case(host) || number, "{} {}", url, uri);
                prop_assert!(url.username().is_empty() && url.password().is_none(), "{}", url);
                let local = matches!(host, "localhost" | "[::1]") || host.starts_with("127.");
                prop_assert!(url.scheme() == "https" || (url.scheme() == "http" && local), "{}", url);
            }
        }
    }
}
