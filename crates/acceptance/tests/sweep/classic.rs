//! The sweep over VerticalResponse's first generation.

use std::time::Duration;

use mailgrant_acceptance::{REDIRECT_URI, verticalresponse};
use mailgrant_core::{
    AuthorizationCode, Authorized, Client, ErrorKind, Expiry, Host, Provider, Session, Standing, TokenRecord,
    secrecy::ExposeSecret,
};
use mailgrant_emulator::{
    Admission, BadClient, Denial, ExchangeErrors, Extras, Fault, RedirectCheck, Settings, Target, UserId,
};
use mailgrant_verticalresponse::VerticalResponse;

use crate::{
    bench::{Bench, ELSEWHERE},
    links, login,
    oracle::{Customer, End, Page, Trip, Verdict},
    rows::{Factor, Row},
};

pub(crate) const FACTORS: &[Factor] = &[
    ("verticalresponse.code_lifetime", &["300", "60", "0"]),
    ("verticalresponse.code_single_use", &["true", "false"]),
    ("verticalresponse.state_returned", &["false", "true"]),
    ("verticalresponse.response_type", &["accepted", "refused"]),
    ("verticalresponse.redirect_uri", &["none", "without_query", "exact"]),
    ("verticalresponse.denial", &["error", "bare", "page"]),
    ("verticalresponse.get_exchange", &["accepted", "refused"]),
    ("verticalresponse.post_exchange", &["refused", "accepted"]),
    ("verticalresponse.user_id", &["string", "number", "absent", "null"]),
    ("verticalresponse.token_type", &["bearer", "Bearer", "absent", "null"]),
    ("verticalresponse.extras", &["none", "nulls", "expires_in", "expires_in_zero", "refresh_token"]),
    ("verticalresponse.access_lifetime", &["3600", "60"]),
    ("verticalresponse.content_type", &["json", "html", "javascript"]),
    ("verticalresponse.no_store", &["true", "false"]),
    ("verticalresponse.exchange_errors", &["error", "status", "flat", "html"]),
    ("verticalresponse.exchange_status", &["400", "401", "200", "500"]),
    ("verticalresponse.bad_client", &["html", "flat", "inactive"]),
    ("verticalresponse.api_errors", &["error", "status"]),
    ("verticalresponse.rejection_status", &["403", "401"]),
    ("verticalresponse.code_as_string", &["false", "true"]),
    ("verticalresponse.mashery_headers", &["false", "true"]),
    ("verticalresponse.throttling", &["over_qps", "over_rate", "json"]),
    ("verticalresponse.next_origin", &["null", "https://elsewhere.example", "http://127.0.0.1:9"]),
    ("verticalresponse.retired", &["false", "true"]),
    ("rotation", &["strict", "lenient", "same", "none"]),
    ("consent", &["auto", "ask", "deny"]),
    ("account", &["null", "ann@example.com"]),
    ("any_client", &["false", "true"]),
    ("app.mark", &["nonce", "fixed", "state"]),
    ("app.exchange", &["get", "post"]),
    ("app.customer", &["allows", "denies"]),
];

const PATH: &str = "/contacts";
const MONTH: u64 = 30 * 86400;
/// What the gateway answers where there is no such service any more.
const GONE: u16 = 596;

type Connected = Session<VerticalResponse, AuthorizationCode, Authorized>;

/// What the app's callbacks are marked with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Nonce,
    Fixed,
    State,
}

/// How the app of a row goes about it.
struct App {
    mark: Mark,
    post: bool,
    customer: Customer,
}

impl App {
    fn of(row: &Row) -> Self {
        let mark = match row.get("app.mark") {
            "nonce" => Mark::Nonce,
            "fixed" => Mark::Fixed,
            _ => Mark::State,
        };
        let customer = Customer::named(row.get("app.customer"));
        Self { mark, post: row.get("app.exchange") == "post", customer }
    }

    fn provider(&self, bench: &Bench) -> VerticalResponse {
        let provider = verticalresponse(&bench.emulator).unwrap();
        let provider = match self.mark {
            Mark::Nonce => provider,
            Mark::Fixed => provider.with_fixed_redirect_uri(),
            Mark::State => provider.with_state(),
        };
        if self.post { provider.with_post_exchange() } else { provider }
    }
}

/// What a trip through the consent page comes to.
fn expected_trip(settings: &Settings, app: &App) -> Trip {
    let own = &settings.verticalresponse;
    let nonce_unwelcome = app.mark == Mark::Nonce && own.redirect_uri == RedirectCheck::Exact;
    let page = match app.customer.denies(settings) {
        _ if own.retired || nonce_unwelcome => Page::Closed,
        true => Page::Denied,
        false => Page::Granted,
    };
    // A bare denial returns nothing, but what stands in the redirect URI is there all the same.
    let bare = page == Page::Denied && own.denial == Denial::Bare;
    let state_missing = app.mark == Mark::State && (bare || !own.state_returned);
    let end = match page {
        Page::Closed => End::Stays(if own.retired { GONE } else { 400 }),
        Page::Denied if own.denial == Denial::Page => End::Stays(200),
        _ if state_missing => End::Callback(Verdict::state_missing()),
        Page::Denied if bare => End::Callback(Verdict::new(ErrorKind::AskUser, "code_missing")),
        Page::Denied => End::Callback(Verdict::denied()),
        _ if !admits(settings, app) => End::Exchange(Verdict::misconfigured(405, "other")),
        _ if own.code_lifetime == 0 => End::Exchange(expected_refusal(settings)),
        _ => End::Connected,
    };
    Trip { page, end }
}

/// What is done about the first thing that stands in the way.
fn lift(settings: &mut Settings, app: &mut App) {
    let own = settings.verticalresponse.clone();
    if own.retired {
        settings.verticalresponse.retired = false;
    } else if app.mark == Mark::Nonce && own.redirect_uri == RedirectCheck::Exact {
        app.mark = Mark::Fixed;
    } else if app.customer.denies(settings) {
        app.customer.relents(settings);
    } else if app.mark == Mark::State && !own.state_returned {
        app.mark = Mark::Nonce;
    } else if !admits(settings, app) {
        // The other way, if that one is open.
        app.post = !app.post;
        if !admits(settings, app) {
            settings.verticalresponse.get_exchange = Admission::Accepted;
            settings.verticalresponse.post_exchange = Admission::Accepted;
        }
    } else {
        settings.verticalresponse.code_lifetime = 60;
    }
}

/// Whether a code can be exchanged the way in which the app does it.
fn admits(settings: &Settings, app: &App) -> bool {
    let own = &settings.verticalresponse;
    let admission = if app.post { own.post_exchange } else { own.get_exchange };
    admission == Admission::Accepted
}

/// A code that is refused, or one whose redirect URI is another: ours to look at, never a grant that is lost. Where the
/// provider does not say so in words of its own, nobody knows.
fn expected_refusal(settings: &Settings) -> Verdict {
    let own = &settings.verticalresponse;
    match (own.exchange_errors, own.exchange_status) {
        (_, 500) => Verdict::new(ErrorKind::TryLater, "provider_unwell").answered(500, None),
        (ExchangeErrors::Html, status) => Verdict::new(ErrorKind::TryLater, "answer_unclear").answered(status, None),
        (_, status) => Verdict::misconfigured(status, "invalid_token"),
    }
}

/// An app whose secret is wrong. A page is nobody's word.
fn expected_wrong_client(settings: &Settings) -> Verdict {
    match settings.verticalresponse.bad_client {
        BadClient::Flat => Verdict::misconfigured(401, "invalid_client"),
        BadClient::Inactive => Verdict::misconfigured(401, "developer_inactive"),
        _ => Verdict::new(ErrorKind::TryLater, "answer_unclear").answered(401, None),
    }
}

/// What the token's answer brought.
struct Expected {
    /// In seconds; without one the token has no end.
    life: Option<u64>,
    undocumented: Option<&'static str>,
    names_account: bool,
}

fn expected_record(settings: &Settings) -> Expected {
    let own = &settings.verticalresponse;
    let (life, undocumented) = match own.extras {
        Extras::ExpiresIn => (Some(own.access_lifetime), Some("expires_in")),
        Extras::RefreshToken => (Some(own.access_lifetime), Some("expires_in refresh_token")),
        _ => (None, None),
    };
    Expected { life, undocumented, names_account: matches!(own.user_id, UserId::String | UserId::Number) }
}

/// How the app is registered: with a second redirect URI.
pub(crate) fn register(app: mailgrant_emulator::App) -> mailgrant_emulator::App {
    app.redirect_uri(ELSEWHERE)
}

pub(crate) async fn play(mut bench: Bench, row: Row) {
    let (mut settings, mut app) = (row.settings(), App::of(&row));
    let was_retired = settings.verticalresponse.retired;
    let grant = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
    let (client, trip, session) = loop {
        let client = bench.client(app.provider(&bench));
        let expected = expected_trip(&settings, &app);
        let login = client.begin(grant.clone());
        if expected.end == End::Connected {
            let pause = Verdict::paused(settings.verticalresponse.throttling);
            let session = login::go_with_patience(&mut bench, login, app.customer, &expected, &pause).await;
            break (client, expected, session);
        }
        assert!(login::go(&mut bench, login, app.customer, &expected).await.is_none());
        lift(&mut settings, &mut app);
        bench.set(&settings);
    };
    let rejected_with = settings.verticalresponse.rejection_status;
    let expected = expected_record(&settings);
    let first = session.account_id().map(str::to_owned);
    let session = kept(&mut bench, &client, session, &expected).await;
    links::follow(&mut bench, &client, &session.bearer(), settings.verticalresponse.next_origin.is_none()).await;
    without_a_verdict(&mut bench, &client, &session, was_retired).await;
    let session = grown_old(&mut bench, &client, session, &expected, rejected_with, app.customer, &trip).await;

    bench.emulator.revoke_by_user();
    bench.call_is_rejected(&client, &session.bearer(), PATH, rejected_with).await;
    let Standing::Absent(over) = session.expire() else { panic!("there is no refresh") };
    let session = login::go(&mut bench, over, app.customer, &trip).await.unwrap();
    bench.call_works(&client, &session.bearer(), PATH).await;
    let last = session.account_id().map(str::to_owned);
    assert_eq!(last.is_some(), expected.names_account);
    assert_eq!(first == last, settings.account.is_some() || !expected.names_account, "{first:?} {last:?}");

    // Our own mistakes are told as such, as far as the provider has words for them.
    let refused = |verdict| Trip { end: End::Exchange(verdict), ..trip };
    let wrong = bench.wrong_client(app.provider(&bench)).begin(grant.clone());
    login::go(&mut bench, wrong, app.customer, &refused(expected_wrong_client(&settings))).await;
    // The address that a callback came to gives it away before anything is sent.
    let mistaken = Trip { end: End::Callback(Verdict::new(ErrorKind::AskUser, "redirect_uri_mismatch")), ..trip };
    let detour = |url: &str| {
        let elsewhere = url.replace("%2Fcallback", "%2Felsewhere");
        assert_ne!(url, elsewhere);
        elsewhere
    };
    let login = client.begin(grant);
    assert!(login::come_back(&mut bench, login, app.customer, &mistaken, detour).await.is_none());
    bench.call_works(&client, &session.bearer(), PATH).await;
    bench.finish();
}

/// All that the answer brought is in the record, also after it was at rest.
#[expect(clippy::disallowed_methods, reason = "the record is put to rest as a store would do it")]
async fn kept(
    bench: &mut Bench,
    client: &Client<VerticalResponse>,
    session: Connected,
    expected: &Expected,
) -> Connected {
    let end = expected.life.map_or(Expiry::Never, |life| Expiry::At(bench.host.now() + Duration::from_secs(life)));
    let record = TokenRecord::decode(session.into_record().encode().expose_secret()).unwrap();
    assert_eq!((record.expires_at(), record.scope()), (end, None));
    assert_eq!(record.undocumented(client.provider().profile()), expected.undocumented);
    assert_eq!(record.account_id().is_some(), expected.names_account);
    assert_eq!(client.account_id(&record).await.unwrap().as_deref(), record.account_id());
    bench.show(&record);
    let Standing::Live(session) = client.restore(record).unwrap() else { panic!("it is live") };
    bench.call_works(client, &session.bearer(), PATH).await;
    if let Some(id) = session.account_id() {
        bench.call_works(client, &session.bearer(), &format!("/users/{id}")).await;
    }
    session
}

/// Neither a pause nor a service that is gone says anything about the token.
async fn without_a_verdict(
    bench: &mut Bench,
    client: &Client<VerticalResponse>,
    session: &Connected,
    was_retired: bool,
) {
    bench.strike(Fault::RateLimit, Target::Api);
    let called = bench.call(client, &session.bearer(), PATH).await;
    assert!(!called.rejected && !called.answer.status().is_success(), "a pause is no rejection");
    if was_retired {
        bench.emulator.settings(|settings| settings.verticalresponse.retired = true);
        let called = bench.call(client, &session.bearer(), PATH).await;
        assert_eq!((called.status(), called.rejected), (GONE, false));
        bench.emulator.settings(|settings| settings.verticalresponse.retired = false);
    }
    bench.call_works(client, &session.bearer(), PATH).await;
}

/// A month later the token is as good as ever, unless its answer named a life.
async fn grown_old(
    bench: &mut Bench,
    client: &Client<VerticalResponse>,
    session: Connected,
    expected: &Expected,
    rejected_with: u16,
    customer: Customer,
    trip: &Trip,
) -> Connected {
    bench.pass(expected.life.unwrap_or(MONTH));
    if expected.life.is_none() {
        bench.call_works(client, &session.bearer(), PATH).await;
        let Standing::Live(session) = session.check() else { panic!("it has no end") };
        return session;
    }
    bench.call_is_rejected(client, &session.bearer(), PATH, rejected_with).await;
    let Standing::Absent(over) = session.check() else { panic!("it has ended, and there is no refresh") };
    let session = login::go(bench, over, customer, trip).await.unwrap();
    bench.call_works(client, &session.bearer(), PATH).await;
    session
}
