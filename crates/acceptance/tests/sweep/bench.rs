//! What a row's stories are played on: one emulator, one clock, one list of expectations.

use std::{error::Error as StdError, sync::Arc, time::Duration};

use mailgrant_acceptance::REDIRECT_URI;
use mailgrant_core::{
    Bearer, Client, Credentials, Error, Provider, ReqwestTransport, bytes::Bytes, http::Method, http::Response,
    testing::ManualHost,
};
use mailgrant_emulator::{App, Counters, Emulator, Fault, Settings, Target, Times};

use crate::{oracle::Verdict, rows::Row, spy::Spy};

/// The id of the app, with all that could be encoded wrongly.
pub(crate) const ID: &str = "id: +%&";
const SECRET: &str = "hush: +%&é";
const WRONG_SECRET: &str = "wrong: +%&é";
/// Registered too where a provider allows a second one.
pub(crate) const ELSEWHERE: &str = "https://app.example/elsewhere";

/// One emulator, one clock, one list of expectations.
pub(crate) struct Bench {
    pub(crate) emulator: Emulator,
    pub(crate) host: ManualHost,
    pub(crate) spy: Spy,
    /// What the emulator is to have counted in the end, kept by hand with every step.
    pub(crate) expected: Counters,
    /// Whether token requests are JSON.
    pub(crate) json: bool,
    said: Vec<String>,
}

impl Bench {
    /// An emulator under the row's settings; `register` says how the app is registered.
    pub(crate) async fn of(row: &Row, transport: ReqwestTransport, register: impl FnOnce(App) -> App) -> Self {
        let app = register(App::new(ID, SECRET).redirect_uri(REDIRECT_URI));
        let emulator = Emulator::builder().settings(row.settings()).app(app).start().await.unwrap();
        Self {
            emulator,
            host: ManualHost::default(),
            spy: Spy::on(transport),
            expected: Counters::default(),
            json: false,
            said: Vec::new(),
        }
    }

    /// Changes the settings of the running emulator.
    pub(crate) fn set(&self, settings: &Settings) {
        self.emulator.settings(|now| now.clone_from(settings));
    }

    /// Time passes, here as well as there.
    pub(crate) fn pass(&self, seconds: u64) {
        self.emulator.advance(Duration::from_secs(seconds));
        self.host.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn client<P: Provider>(&self, provider: P) -> Client<P> {
        self.client_of(provider, ID, SECRET)
    }

    /// The same app with a secret that is none.
    pub(crate) fn wrong_client<P: Provider>(&self, provider: P) -> Client<P> {
        self.client_of(provider, ID, WRONG_SECRET)
    }

    pub(crate) fn client_of<P: Provider>(&self, provider: P, id: &str, secret: &str) -> Client<P> {
        let (credentials, transport) = (Credentials::new(id, secret), Arc::new(self.spy.clone()));
        Client::builder(provider, credentials, transport).host(Arc::new(self.host.clone())).build().unwrap()
    }

    /// A misfortune for the next request to `target`.
    pub(crate) fn strike(&mut self, fault: Fault, target: Target) {
        self.emulator.fault(fault, target, Times::Next(1));
        self.expected.faults += 1;
    }

    /// Notes that one token request was sent, and what is to have come of it.
    pub(crate) fn token_request(&mut self, count: impl FnOnce(&mut Counters) -> &mut u64) {
        self.expected.token_requests += 1;
        self.expected.json_requests += u64::from(self.json);
        *count(&mut self.expected) += 1;
    }

    /// Notes that one token request was sent of which nothing is to have come.
    pub(crate) fn token_request_in_vain(&mut self) {
        self.expected.token_requests += 1;
        self.expected.json_requests += u64::from(self.json);
    }

    /// One call of the API: its answer, and whether it says that the token is bad. Only such answers count as
    /// rejections at the emulator.
    pub(crate) async fn call<P: Provider>(&mut self, client: &Client<P>, bearer: &Bearer<P>, path: &str) -> Called {
        let request = bearer.request(Method::GET, path).unwrap();
        let answer = client.send(request).await.unwrap();
        let rejected = bearer.is_rejected_by(&answer);
        self.expected.api_calls += 1;
        self.expected.api_rejections += u64::from(rejected);
        Called { rejected, answer }
    }

    /// A call that has to work.
    pub(crate) async fn call_works<P: Provider>(&mut self, client: &Client<P>, bearer: &Bearer<P>, path: &str) {
        let called = self.call(client, bearer, path).await;
        assert_eq!((called.status(), called.rejected), (200, false), "{path}");
    }

    /// A call whose token is to be rejected with this status.
    pub(crate) async fn call_is_rejected<P: Provider>(
        &mut self,
        client: &Client<P>,
        bearer: &Bearer<P>,
        path: &str,
        status: u16,
    ) {
        let called = self.call(client, bearer, path).await;
        assert_eq!((called.status(), called.rejected), (status, true), "{path}");
    }

    /// Compares an error with what is expected of it, and remembers all that it says.
    #[track_caller]
    pub(crate) fn judge(&mut self, error: &Error, over: bool, expected: &Verdict) {
        self.hear(error);
        assert_eq!(Verdict::of(error, over), *expected, "{error}");
    }

    /// Remembers all that an error says.
    pub(crate) fn hear(&mut self, error: &(dyn StdError + 'static)) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.said.push(format!("{error} {error:?}"));
            next = error.source();
        }
    }

    /// Remembers what anything else shows of itself.
    pub(crate) fn show(&mut self, shown: &impl std::fmt::Debug) {
        self.said.push(format!("{shown:?}"));
    }

    /// The emulator counted what was expected and nothing else; nothing that was said holds a secret.
    pub(crate) fn finish(self) {
        let mut expected = self.expected;
        let counters = self.emulator.counters();
        expected.peak_parallel_token_requests = counters.peak_parallel_token_requests;
        assert_eq!(counters, expected, "what the emulator counted, against what was expected");
        let nothing = (counters.tokens_in_query, counters.reused_refresh_tokens, counters.family_revocations);
        assert_eq!((nothing, counters.reused_codes, counters.header_refusals), ((0, 0, 0), 0, 0));
        let mut secrets = self.spy.secrets();
        assert!(secrets.len() > 2, "the spy hears nothing");
        secrets.extend([SECRET, WRONG_SECRET, "hush%3A"].map(str::to_owned));
        for text in &self.said {
            let leaked = secrets.iter().find(|secret| text.contains(secret.as_str()));
            assert_eq!(leaked, None, "a secret is in: {text}");
        }
    }
}

/// An answer of the API.
pub(crate) struct Called {
    pub(crate) rejected: bool,
    pub(crate) answer: Response<Bytes>,
}

impl Called {
    pub(crate) fn status(&self) -> u16 {
        self.answer.status().as_u16()
    }
}
