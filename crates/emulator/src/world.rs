//! Everything that requests share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hyper::Request;

use crate::clock::Clock;
use crate::counters::Counters;
use crate::fault::Target;
use crate::faults::Faults;
use crate::fields::{self, Fields};
use crate::ledger::Ledger;
use crate::seen::Seen;
use crate::settings::Settings;

/// One running emulator.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    /// The port that requests have to name in `Host`.
    pub(crate) port: u16,
    state: Mutex<State>,
}

/// What changes. One lock, never held across an await: a commit is one step.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) ledger: Ledger,
    pub(crate) faults: Faults,
    pub(crate) counters: Counters,
    pub(crate) last_api_request: Option<Seen>,
    pub(crate) last_token_request: Option<Seen>,
    pub(crate) last_revoke_request: Option<Seen>,
    token_requests_in_work: u64,
}

impl World {
    pub(crate) fn new(port: u16, settings: Settings, ledger: Ledger) -> Self {
        Self {
            clock: Clock::start(),
            port,
            state: Mutex::new(State {
                settings,
                ledger,
                faults: Faults::default(),
                counters: Counters::default(),
                last_api_request: None,
                last_token_request: None,
                last_revoke_request: None,
                token_requests_in_work: 0,
            }),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a request arrived. A token request is in work until the guard goes, however it
    /// ends.
    pub(crate) fn arrived(&self, target: Option<Target>) -> Option<InWork<'_>> {
        let mut state = self.lock();
        match target {
            Some(Target::Token) => {}
            Some(Target::Api) => {
                state.counters.api_calls += 1;
                return None;
            }
            Some(Target::Revoke) => {
                state.counters.revoke_requests += 1;
                return None;
            }
            Some(Target::Authorize) | None => return None,
        }
        state.counters.token_requests += 1;
        state.token_requests_in_work += 1;
        let peak = state.counters.peak_parallel_token_requests;
        state.counters.peak_parallel_token_requests = peak.max(state.token_requests_in_work);
        Some(InWork { world: self })
    }

    /// Notes what a request carried, now that its body is here.
    pub(crate) fn read(&self, target: Option<Target>, request: &Request<Bytes>) {
        let mut state = self.lock();
        match target {
            Some(Target::Token) => {
                state.counters.json_requests += u64::from(fields::is_json(request.headers()));
                state.last_token_request = Some(Seen::of(request));
            }
            Some(Target::Api) => {
                let in_query = Fields::of_query(request).get("access_token").is_some();
                state.counters.tokens_in_query += u64::from(in_query);
                state.last_api_request = Some(Seen::of(request));
            }
            Some(Target::Revoke) => state.last_revoke_request = Some(Seen::of(request)),
            Some(Target::Authorize) | None => {}
        }
    }
}

#[derive(Debug)]
pub(crate) struct InWork<'a> {
    world: &'a World,
}

impl Drop for InWork<'_> {
    fn drop(&mut self) {
        self.world.lock().token_requests_in_work -= 1;
    }
}
