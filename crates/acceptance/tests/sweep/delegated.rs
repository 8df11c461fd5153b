//! The sweep over VerticalResponse's second generation.

use mailgrant_acceptance::{REDIRECT_URI, delegated};
use mailgrant_core::{AuthorizationCode, ErrorKind, Revocation, Standing};
use mailgrant_emulator::{ExpiresIn, InvalidGrant, Pkce, Revoke, Rotation, Settings};
use mailgrant_verticalresponse::VerticalResponseDelegated;

use crate::{
    bench::Bench,
    links, login,
    oracle::{Customer, End, Lives, Page, Trip, Verdict},
    refreshing::{self, Story},
    rows::{Factor, Row},
};

pub(crate) const FACTORS: &[Factor] = &[
    ("delegated.access_lifetime", &["3600", "60"]),
    ("delegated.refresh_lifetime", &["null", "50", "5000"]),
    ("delegated.rotation", &["lenient", "strict", "same", "none"]),
    ("delegated.code_lifetime", &["300", "60", "0"]),
    ("delegated.code_single_use", &["true", "false"]),
    ("delegated.pkce", &["ignored", "honoured", "refused"]),
    ("delegated.basic", &["refused", "accepted"]),
    ("delegated.client_credentials", &["accepted", "refused"]),
    ("delegated.expires_in", &["number", "string", "absent"]),
    ("delegated.exp", &["honest", "past", "future", "absent"]),
    ("delegated.invalid_grant", &["invalid_grant", "access_revoked"]),
    ("delegated.error_description", &["true", "false"]),
    ("delegated.invalid_client_status", &["401", "400", "403"]),
    ("delegated.revoke", &["ok", "not_found", "error", "drop"]),
    ("delegated.code_as_string", &["false", "true"]),
    ("delegated.throttling", &["json", "over_qps", "over_rate"]),
    ("delegated.next_origin", &["null", "https://elsewhere.example", "http://127.0.0.1:9"]),
    ("consent", &["auto", "ask", "deny"]),
    ("account", &["null", "ann@example.com"]),
    ("any_client", &["false", "true"]),
    ("www_authenticate", &["false", "true"]),
    ("app.pkce", &["off", "on"]),
    ("app.customer", &["allows", "denies"]),
];

const PATH: &str = "/contacts";

/// How the app of a row goes about it.
struct App {
    pkce: bool,
    customer: Customer,
}

impl App {
    fn of(row: &Row) -> Self {
        Self { pkce: row.get("app.pkce") == "on", customer: Customer::named(row.get("app.customer")) }
    }

    fn provider(&self, bench: &Bench) -> VerticalResponseDelegated {
        let provider = delegated(&bench.emulator).unwrap();
        if self.pkce { provider.with_pkce() } else { provider }
    }
}

/// What a trip through the consent page comes to. The `state` always returns here.
fn expected_trip(settings: &Settings, app: &App) -> Trip {
    let page = if app.pkce && settings.delegated.pkce == Pkce::Refused {
        Page::Wrong
    } else if app.customer.denies(settings) {
        Page::Denied
    } else {
        Page::Granted
    };
    let end = match page {
        Page::Wrong => End::Callback(Verdict::new(ErrorKind::Configuration, "authorize_refused")),
        Page::Denied => End::Callback(Verdict::denied()),
        // A code is never called `access_revoked`.
        _ if settings.delegated.code_lifetime == 0 => End::Exchange(Verdict::code_refused(400, "invalid_grant")),
        _ => End::Connected,
    };
    Trip { page, end }
}

/// What is done about the first thing that stands in the way; in the order of `expected_trip`.
fn lift(settings: &mut Settings, app: &mut App) {
    if app.pkce && settings.delegated.pkce == Pkce::Refused {
        app.pkce = false;
    } else if app.customer.denies(settings) {
        app.customer.relents(settings);
    } else {
        settings.delegated.code_lifetime = 60;
    }
}

/// What becomes of the grant once it is there.
fn expected_story(settings: &Settings) -> refreshing::Expected {
    let own = &settings.delegated;
    let rotates = matches!(own.rotation, Rotation::Strict | Rotation::Lenient);
    let lives =
        Lives { access: own.access_lifetime, refreshed: own.access_lifetime, refresh: own.refresh_lifetime, rotates };
    let dead = match own.invalid_grant {
        InvalidGrant::AccessRevoked => "access_revoked",
        _ => "invalid_grant",
    };
    refreshing::Expected {
        cycles: lives.cycles(),
        rotates,
        life_named: own.expires_in != ExpiresIn::Absent,
        dead: Verdict::grant_refused(400, dead),
        wrong_client: Verdict::misconfigured(own.invalid_client_status, "invalid_client"),
        paused: Verdict::paused(own.throttling),
        removal_ends_access: false,
    }
}

/// What giving a grant back comes to.
fn expected_revocation(settings: &Settings) -> Result<Revocation, Verdict> {
    match settings.delegated.revoke {
        Revoke::Ok => Ok(Revocation::Told),
        Revoke::NotFound => {
            Err(Verdict::new(ErrorKind::Configuration, "revocation_endpoint_wrong").answered(404, Some("other")))
        }
        Revoke::Error => Err(Verdict::new(ErrorKind::TryLater, "revocation_unanswered").answered(500, None)),
        _ => Err(Verdict::new(ErrorKind::TryLater, "answer_lost")),
    }
}

pub(crate) async fn play(mut bench: Bench, row: Row) {
    let (mut settings, mut app) = (row.settings(), App::of(&row));
    let grant = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
    let (client, session) = loop {
        let client = bench.client(app.provider(&bench));
        let expected = expected_trip(&settings, &app);
        let login = client.begin(grant.clone());
        if expected.end == End::Connected {
            let pause = Verdict::paused(settings.delegated.throttling);
            break (client, login::go_with_patience(&mut bench, login, app.customer, &expected, &pause).await);
        }
        assert!(login::go(&mut bench, login, app.customer, &expected).await.is_none());
        lift(&mut settings, &mut app);
        bench.set(&settings);
    };
    assert_eq!(session.account_id(), None, "no answer says whose account it is");
    links::follow(&mut bench, &client, &session.bearer(), settings.delegated.next_origin.is_none()).await;

    let wrong_client = bench.wrong_client(app.provider(&bench));
    let expected = expected_story(&settings);
    let story = Story { client, wrong_client, path: PATH, customer: app.customer, expected };
    let session = story.play(&mut bench, session).await;

    let record = session.into_record();
    let given_back = expected_revocation(&settings);
    bench.expected.revoke_requests += 1;
    bench.expected.revocations += u64::from(given_back.is_ok());
    match (story.client.revoke(&record).await, given_back) {
        (Ok(revocation), Ok(expected)) => assert_eq!(revocation, expected),
        (Err(error), Err(verdict)) => bench.judge(&error, false, &verdict),
        (outcome, expected) => panic!("{outcome:?}, expected is {expected:?}"),
    }
    let Standing::Live(session) = story.client.restore(record).unwrap() else { panic!("its token goes on") };
    story.call_works(&mut bench, &session).await;
    let session = if given_back.is_ok() {
        story.refused(&mut bench, session).await
    } else {
        story.renewed(&mut bench, session).await
    };
    drop(session);
    bench.finish();
}
