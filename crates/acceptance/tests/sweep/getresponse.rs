//! The sweep over GetResponse: its three grants, retail or MAX.

use mailgrant_acceptance::{REDIRECT_URI, getresponse};
use mailgrant_core::{
    AuthorizationCode, Authorized, Callback, Client, ClientCredentials, ErrorKind, Implicit, Provider, Revocation,
    Session, Standing, TransitionError, Unauthorized,
};
use mailgrant_emulator::{Errors, Pkce, RedirectUri, Rotation, Settings, Throttling};
use mailgrant_getresponse::{GetResponse, PanelDomain, Region};

use crate::{
    bench::Bench,
    browser::{self, Arrival},
    login,
    oracle::{Customer, End, Lives, Page, Trip, Verdict},
    refreshing::{self, Story},
    rows::{Factor, Row},
};

pub(crate) const FACTORS: &[Factor] = &[
    ("access_lifetime", &["3600", "60"]),
    ("refreshed_lifetime", &["null", "30", "7200"]),
    ("client_credentials_lifetime", &["86400", "60"]),
    ("code_lifetime", &["600", "60", "0"]),
    ("refresh_lifetime", &["null", "50", "5000"]),
    ("rotation", &["strict", "lenient", "same", "none"]),
    ("errors", &["rfc6749", "envelope"]),
    ("envelope_status", &["401", "400", "403"]),
    ("consent", &["auto", "ask", "deny"]),
    ("redirect_uri", &["optional", "ignored", "refused"]),
    ("pkce", &["ignored", "honoured", "refused"]),
    ("state_returned", &["true", "false"]),
    ("implicit_order", &["documented", "bshaffer"]),
    ("implicit_errors_in_fragment", &["false", "true"]),
    ("scope_accepted", &["false", "true"]),
    ("uuid_present", &["false", "true"]),
    ("context_as_list", &["false", "true"]),
    ("www_authenticate", &["false", "true"]),
    ("account", &["null", "ann@example.com"]),
    ("any_client", &["false", "true"]),
    ("app.environment", &["retail", "max"]),
    ("app.grant", &["registered", "returning_to"]),
    ("app.body", &["form", "json"]),
    ("app.pkce", &["off", "on"]),
    ("app.customer", &["allows", "denies"]),
];

const PANEL: &str = "custom-domain.getresponse360.com";
const PATH: &str = "/accounts";

/// How the app of a row goes about it.
#[derive(Clone)]
struct App {
    max: bool,
    names_its_redirect_uri: bool,
    json: bool,
    pkce: bool,
    customer: Customer,
}

impl App {
    fn of(row: &Row) -> Self {
        Self {
            max: row.get("app.environment") == "max",
            names_its_redirect_uri: row.get("app.grant") == "returning_to",
            json: row.get("app.body") == "json",
            pkce: row.get("app.pkce") == "on",
            customer: Customer::named(row.get("app.customer")),
        }
    }

    fn provider(&self, bench: &Bench) -> GetResponse {
        let retail = getresponse(&bench.emulator).unwrap();
        let provider = if self.max {
            let endpoints = retail.profile().endpoints.clone();
            GetResponse::max(&PanelDomain::parse(PANEL).unwrap(), Region::Com).served_at(endpoints)
        } else {
            retail
        };
        let provider = if self.json { provider.with_json_body() } else { provider };
        if self.pkce { provider.with_pkce() } else { provider }
    }

    fn grant(&self) -> AuthorizationCode {
        if self.names_its_redirect_uri {
            AuthorizationCode::returning_to(REDIRECT_URI).unwrap()
        } else {
            AuthorizationCode::registered()
        }
    }
}

/// What a trip of the authorization code grant comes to.
fn expected_trip(settings: &Settings, app: &App) -> Trip {
    let page = if app.names_its_redirect_uri && settings.redirect_uri == RedirectUri::Refused {
        Page::Closed
    } else if app.pkce && settings.pkce == Pkce::Refused {
        Page::Wrong
    } else if app.customer.denies(settings) {
        Page::Denied
    } else {
        Page::Granted
    };
    let end = match page {
        Page::Closed => End::Stays(400),
        _ if !settings.state_returned => End::Callback(Verdict::state_missing()),
        Page::Wrong => End::Callback(Verdict::new(ErrorKind::Configuration, "authorize_refused")),
        Page::Denied => End::Callback(Verdict::denied()),
        Page::Granted if settings.code_lifetime == 0 => {
            let (status, code) = refusal(settings, "invalid_grant");
            End::Exchange(Verdict::code_refused(status, code))
        }
        Page::Granted => End::Connected,
    };
    Trip { page, end }
}

/// What is done about the first thing that stands in the way; in the order of `expected_trip`.
fn lift(settings: &mut Settings, app: &mut App) {
    if app.names_its_redirect_uri && settings.redirect_uri == RedirectUri::Refused {
        app.names_its_redirect_uri = false;
    } else if !settings.state_returned {
        settings.state_returned = true;
    } else if app.pkce && settings.pkce == Pkce::Refused {
        app.pkce = false;
    } else if app.customer.denies(settings) {
        app.customer.relents(settings);
    } else {
        settings.code_lifetime = 60;
    }
}

/// The status of a refusal at the token endpoint, with what it is called.
fn refusal(settings: &Settings, word: &'static str) -> (u16, &'static str) {
    match settings.errors {
        Errors::Envelope => (settings.envelope_status, "1014"),
        _ => (400, word),
    }
}

fn expected_wrong_client(settings: &Settings) -> Verdict {
    let (status, code) = refusal(settings, "invalid_client");
    Verdict::misconfigured(status, code)
}

/// What becomes of the grant once it is there.
fn expected_story(settings: &Settings) -> refreshing::Expected {
    let rotates = matches!(settings.rotation, Rotation::Strict | Rotation::Lenient);
    let lives = Lives {
        access: settings.access_lifetime,
        refreshed: settings.refreshed_lifetime.unwrap_or(settings.access_lifetime),
        refresh: settings.refresh_lifetime,
        rotates,
    };
    let (status, code) = refusal(settings, "invalid_grant");
    refreshing::Expected {
        cycles: lives.cycles(),
        rotates,
        life_named: true,
        dead: Verdict::grant_refused(status, code),
        wrong_client: expected_wrong_client(settings),
        paused: Verdict::paused(Throttling::Json),
        removal_ends_access: true,
    }
}

/// What a trip of the implicit grant comes to. It sends no proof key, and always its redirect URI.
fn expected_implicit(settings: &Settings, app: &App) -> Trip {
    let page = if app.customer.denies(settings) { Page::Denied } else { Page::Granted };
    let end = match page {
        _ if !settings.state_returned => End::Callback(Verdict::state_missing()),
        Page::Denied => End::Callback(Verdict::denied()),
        _ => End::Connected,
    };
    Trip { page, end }
}

/// Plays all three grants on one emulator.
pub(crate) async fn play(mut bench: Bench, row: Row) {
    let app = App::of(&row);
    bench.json = app.json;
    code(&mut bench, row.settings(), app.clone()).await;
    bench.set(&row.settings());
    own(&mut bench, &row.settings(), &app).await;
    implicit(&mut bench, row.settings(), app).await;
    bench.finish();
}

/// How the app of a row is registered.
pub(crate) fn register(row: &Row) -> impl FnOnce(mailgrant_emulator::App) -> mailgrant_emulator::App {
    let max = App::of(row).max;
    move |app| if max { app.max(PANEL) } else { app }
}

async fn code(bench: &mut Bench, mut settings: Settings, mut app: App) {
    let (client, session) = loop {
        let client = bench.client(app.provider(bench));
        let expected = expected_trip(&settings, &app);
        if expected.end == End::Connected {
            let pause = Verdict::paused(Throttling::Json);
            let login = client.begin(app.grant());
            let session = login::go_with_patience(bench, login, app.customer, &expected, &pause).await;
            break (client, session);
        }
        let connected = login::go(bench, client.begin(app.grant()), app.customer, &expected).await;
        assert!(connected.is_none());
        lift(&mut settings, &mut app);
        bench.set(&settings);
    };
    let wrong_client = bench.wrong_client(app.provider(bench));
    let expected = expected_story(&settings);
    let story = Story { client, wrong_client, path: PATH, customer: app.customer, expected };
    let (session, first) = account(bench, &story.client, session).await;
    let session = story.play(bench, session).await;
    let (session, last) = account(bench, &story.client, session).await;
    assert_eq!(first == last, settings.account.is_some(), "{first} {last}: a new account each time, or the one");
    let revocation = story.client.revoke(&session.into_record()).await.unwrap();
    assert_eq!(revocation, Revocation::LocalOnly, "there is no place to revoke it at");
}

/// Whose account it is, by one call of the API.
async fn account(
    bench: &mut Bench,
    client: &Client<GetResponse>,
    session: Session<GetResponse, AuthorizationCode, Authorized>,
) -> (Session<GetResponse, AuthorizationCode, Authorized>, String) {
    let record = session.into_record();
    let id = client.account_id(&record).await.unwrap().unwrap();
    bench.expected.api_calls += 1;
    let Standing::Live(session) = client.restore(record).unwrap() else { panic!("it is live") };
    (session, id)
}

async fn own(bench: &mut Bench, settings: &Settings, app: &App) {
    let client = bench.client(app.provider(bench));
    let wrong = bench.wrong_client(app.provider(bench)).begin(ClientCredentials).obtain().await;
    bench.token_request(|counters| &mut counters.refusals);
    let TransitionError::Untouched { error, .. } = wrong.unwrap_err() else { panic!("there is nothing to refuse") };
    bench.judge(&error, false, &expected_wrong_client(settings));

    let mut session = client.begin(ClientCredentials).obtain().await.unwrap();
    for _ in 0..3 {
        bench.token_request(|counters| &mut counters.client_credentials);
        bench.call_works(&client, &session.bearer(), PATH).await;
        bench.pass(settings.client_credentials_lifetime);
        bench.call_is_rejected(&client, &session.bearer(), PATH, 401).await;
        let Standing::Lapsed(lapsed) = session.check() else { panic!("its life is named") };
        session = lapsed.obtain().await.unwrap();
    }
    bench.token_request(|counters| &mut counters.client_credentials);
    bench.call_works(&client, &session.bearer(), PATH).await;

    // Whoever is not registered is let in exactly where anybody is.
    let stranger = bench.client_of(app.provider(bench), "stranger", "whatever").begin(ClientCredentials).obtain().await;
    if settings.any_client {
        bench.token_request(|counters| &mut counters.client_credentials);
        drop(stranger.unwrap());
    } else {
        bench.token_request(|counters| &mut counters.refusals);
        bench.judge(stranger.unwrap_err().error(), false, &expected_wrong_client(settings));
    }
}

async fn implicit(bench: &mut Bench, mut settings: Settings, mut app: App) {
    let client = bench.client(app.provider(bench));
    let mut login = client.begin(Implicit::returning_to(REDIRECT_URI).unwrap());
    for _ in 0..2 {
        let session = loop {
            let expected = expected_implicit(&settings, &app);
            login = match implicit_trip(bench, login, app.customer, &expected).await {
                Ok(session) => break session,
                Err(login) => login,
            };
            // Neither the redirect URI nor the proof key stands in this grant's way.
            if settings.state_returned {
                app.customer.relents(&mut settings)
            } else {
                settings.state_returned = true
            }
            bench.set(&settings);
        };
        bench.call_works(&client, &session.bearer(), PATH).await;
        bench.pass(settings.access_lifetime);
        bench.call_is_rejected(&client, &session.bearer(), PATH, 401).await;
        let Standing::Absent(over) = session.check() else { panic!("there is no refresh") };
        login = over;
    }
}

/// One trip: the session, or the login that the next one begins with.
async fn implicit_trip(
    bench: &mut Bench,
    login: Session<GetResponse, Implicit, Unauthorized>,
    customer: Customer,
    expected: &Trip,
) -> Result<Session<GetResponse, Implicit, Authorized>, Session<GetResponse, Implicit, Unauthorized>> {
    bench.expected.authorizations += 1;
    bench.expected.denials += u64::from(expected.page == Page::Denied);
    bench.expected.consents += u64::from(expected.page == Page::Granted);
    bench.expected.implicit_grants += u64::from(expected.page == Page::Granted);
    let arrival = browser::open(&bench.spy, login.authorize_url().as_str(), customer).await;
    let Arrival::Back(address) = arrival else { panic!("{arrival:?}") };
    let setback = match login.receive(Callback::parse(&address).unwrap()) {
        Ok(session) => {
            assert_eq!(expected.end, End::Connected);
            bench.show(&session);
            return Ok(session);
        }
        Err(setback) => setback,
    };
    bench.hear(&setback);
    let End::Callback(verdict) = expected.end else { panic!("expected is {:?}, not {setback}", expected.end) };
    bench.judge(setback.error(), matches!(setback, TransitionError::Refused { .. }), &verdict);
    Err(match setback {
        TransitionError::Refused { session, .. } | TransitionError::Untouched { session, .. } => *session,
    })
}
