//! The provider of many accounts: one generation of tokens each, rotated strictly.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use mailgrant_core::{
    Request, Sent, Transport, TransportError,
    bytes::Bytes,
    http::{Response, StatusCode, header::RETRY_AFTER},
};

use crate::executor::Executor;

/// How it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Requests arrive nowhere, and nobody says so.
    Silent,
    Html502,
    /// 429, with so many seconds.
    Throttled(u64),
    /// It knows another secret.
    WrongSecret,
    Unreachable,
}

/// Clones share everything.
#[derive(Clone)]
pub(crate) struct Provider {
    executor: Executor,
    books: Arc<Mutex<Books>>,
}

pub(crate) struct Books {
    pub(crate) mood: Mood,
    pub(crate) life: Duration,
    /// A refresh token that lies unused for longer is dead.
    pub(crate) idle_limit: Duration,
    generations: Vec<Generation>,
    /// Requests for each second since the beginning.
    pub(crate) requests: Vec<u32>,
    in_flight: u32,
    pub(crate) peak_in_flight: u32,
    pub(crate) renewals: u64,
    pub(crate) reused: u64,
    pub(crate) died_idle: u64,
}

#[derive(Clone, Copy)]
struct Generation {
    number: u32,
    /// In seconds.
    issued_at: u32,
    /// The one before it works until its own end.
    before_issued_at: u32,
    dead: bool,
}

/// What an answer takes on its way, there and back.
const LATENCY: Duration = Duration::from_millis(300);

impl Provider {
    /// The tokens of `accounts` were issued `ago(account)` before the beginning.
    pub(crate) fn new(executor: Executor, accounts: usize, life: Duration) -> Self {
        let first = Generation { number: 1, issued_at: 0, before_issued_at: 0, dead: false };
        let books = Books {
            mood: Mood::Well,
            life,
            idle_limit: Duration::from_secs(14 * 24 * 3600),
            generations: vec![first; accounts],
            requests: Vec::new(),
            in_flight: 0,
            peak_in_flight: 0,
            renewals: 0,
            reused: 0,
            died_idle: 0,
        };
        Self { executor, books: Arc::new(Mutex::new(books)) }
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// The customer takes the app's access back.
    pub(crate) fn forget(&self, account: usize) {
        self.books().generations[account].dead = true;
    }

    /// Whether the API takes this access token now.
    pub(crate) fn takes(&self, token: &str) -> bool {
        let (account, number) = parts(token);
        let (books, now) = (self.books(), self.executor.now());
        let generation = books.generations[account];
        let issued_at = match generation.number - number {
            0 => generation.issued_at,
            1 => generation.before_issued_at,
            _ => return false,
        };
        !generation.dead && now <= Duration::from_secs(issued_at.into()) + books.life + Duration::from_secs(1)
    }

    fn refresh(&self, body: &str) -> (u16, String) {
        let refused = (400, r#"{"error":"invalid_grant"}"#.to_owned());
        let Some(token) = body.split('&').find_map(|pair| pair.strip_prefix("refresh_token=")) else {
            // The exchange of a code, which makes the sample that the store is filled with.
            return (200, r#"{"access_token":"a0-1","refresh_token":"r0-1","expires_in":3600}"#.to_owned());
        };
        let (account, number) = parts(token);
        let now = u32::try_from(self.executor.now().as_secs()).unwrap();
        let mut books = self.books();
        let (idle_limit, life) = (books.idle_limit, books.life.as_secs());
        let generation = &mut books.generations[account];
        let idle = Duration::from_secs(now.saturating_sub(generation.issued_at).into()) > idle_limit;
        if number < generation.number {
            generation.dead = true;
            books.reused += 1;
            return refused;
        }
        if generation.dead || idle {
            books.died_idle += u64::from(idle);
            return refused;
        }
        let before_issued_at = generation.issued_at;
        *generation = Generation { number: number + 1, issued_at: now, before_issued_at, dead: false };
        books.renewals += 1;
        let next = number + 1;
        let body = format!(
            r#"{{"access_token":"a{account}-{next}","refresh_token":"r{account}-{next}","expires_in":{life}}}"#
        );
        (200, body)
    }
}

impl Books {
    fn count(&mut self, now: Duration) {
        let second = usize::try_from(now.as_secs()).unwrap();
        if self.requests.len() <= second {
            self.requests.resize(second + 1, 0);
        }
        self.requests[second] += 1;
    }

    /// How many requests there were in each of the periods of this length between two moments.
    pub(crate) fn rates(&self, from: Duration, to: Duration, period: usize) -> Vec<u32> {
        let second = |moment: Duration| usize::try_from(moment.as_secs()).unwrap();
        let mut seconds = self.requests.clone();
        seconds.resize(second(to).max(seconds.len()), 0);
        seconds[second(from)..second(to)].chunks(period).map(|chunk| chunk.iter().sum()).collect()
    }

    /// And altogether.
    pub(crate) fn asked(&self, from: Duration, to: Duration) -> u64 {
        self.rates(from, to, 1).into_iter().map(u64::from).sum()
    }
}

/// The account and the generation of a token, whose text is a letter and these two.
fn parts(token: &str) -> (usize, u32) {
    let (account, number) = token[1..].split_once('-').unwrap();
    (account.parse().unwrap(), number.parse().unwrap())
}

#[async_trait]
impl Transport for Provider {
    async fn send(&self, request: Request) -> Result<Response<Bytes>, TransportError> {
        let mood = self.books().mood;
        self.executor.sleep(LATENCY / 3).await;
        if mood == Mood::Unreachable || !request.may_be_sent() {
            return Err(TransportError::new(Sent::No, "connection refused"));
        }
        {
            let now = self.executor.now();
            let mut books = self.books();
            books.count(now);
            books.in_flight += 1;
            books.peak_in_flight = books.peak_in_flight.max(books.in_flight);
        }
        self.executor.sleep(LATENCY / 3).await;
        let answer = match mood {
            Mood::Well => Some(self.refresh(std::str::from_utf8(request.http.body()).unwrap())),
            Mood::Html502 => Some((502, "<html>Bad Gateway</html>".to_owned())),
            Mood::Throttled(_) => Some((429, String::new())),
            Mood::WrongSecret => Some((401, r#"{"error":"invalid_client"}"#.to_owned())),
            Mood::Silent | Mood::Unreachable => None,
        };
        let left = if answer.is_some() { LATENCY / 3 } else { request.within.saturating_sub(LATENCY) };
        self.executor.sleep(left).await;
        self.books().in_flight -= 1;
        let Some((status, body)) = answer else { return Err(TransportError::new(Sent::Perhaps, "timed out")) };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        if let Mood::Throttled(seconds) = mood {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        Ok(response)
    }
}
