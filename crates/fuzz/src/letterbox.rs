//! A small provider that offers every grant, over a transport that answers what it was told to.

use std::{
    collections::VecDeque,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime},
};

use mailgrant_core::{
    Adopted, AuthorizationCode, BoxFuture, Client, ClientCredentials, Credentials, Endpoints, Host, Implicit,
    OfferedBy, Profile, Provider, Request, Sent, Transport, TransportError, bytes::Bytes, http, renewal,
};

use super::reply::Reply;

/// The provider.
#[derive(Clone, Debug)]
pub struct Letterbox(pub Profile);

/// Where its API is.
pub const API: &str = "https://api.letterbox.example:8443/v1";

/// The redirect URI of every login here that names one.
pub const REDIRECT_URI: &str = "https://app.example/callback";

/// The `state` of every login here: what [`Still`] has for chance.
pub const STATE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// The moment at which [`Still`] stands, in seconds of the epoch: 2026 began.
pub const NOW: u64 = 1_767_225_600;

impl Letterbox {
    /// The standard's own behaviour, in the environment of this name.
    #[must_use]
    pub fn at(environment: &str) -> Self {
        let at = "https://letterbox.example";
        let endpoints = Endpoints::parse(&format!("{at}/authorize"), &format!("{at}/token"), API);
        Self(Profile::new(environment, endpoints.unwrap()))
    }
}

impl Provider for Letterbox {
    const NAME: &'static str = "letterbox";

    fn profile(&self) -> &Profile {
        &self.0
    }
}

impl OfferedBy<Letterbox> for AuthorizationCode {
    type Renewal = renewal::Refresh;
}

impl OfferedBy<Letterbox> for ClientCredentials {
    type Renewal = renewal::Obtain;
}

impl OfferedBy<Letterbox> for Implicit {
    type Renewal = renewal::Never;
}

impl OfferedBy<Letterbox> for Adopted {
    type Renewal = renewal::Never;
}

/// What was sent.
pub type Log = Arc<Mutex<Vec<http::Request<Bytes>>>>;

/// A client of the app `id`, which is answered so, in this order.
pub fn client_of<P: Provider>(provider: P, id: &str, replies: Vec<Reply>) -> (Client<P>, Log) {
    let log = Log::default();
    let script = Script { replies: Mutex::new(replies.into()), log: log.clone() };
    let client = Client::builder(provider, Credentials::new(id, "the-secret"), Arc::new(script)).host(Arc::new(Still));
    (client.build().unwrap(), log)
}

/// The same, of an app whose id does not matter.
pub fn client<P: Provider>(provider: P, replies: Vec<Reply>) -> (Client<P>, Log) {
    client_of(provider, "id", replies)
}

/// What a future comes to that waits for nothing.
pub fn done<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

struct Script {
    replies: Mutex<VecDeque<Reply>>,
    log: Log,
}

#[mailgrant_core::async_trait]
impl Transport for Script {
    async fn send(&self, request: Request) -> Result<http::Response<Bytes>, TransportError> {
        self.log.lock().unwrap().push(request.http);
        let reply = self.replies.lock().unwrap().pop_front();
        reply.map(Reply::into_response).ok_or_else(|| TransportError::new(Sent::No, "there is no more to answer"))
    }
}

/// A host on which time stands still, whose chance is known.
struct Still;

impl Host for Still {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<()> {
        panic!("nothing here sleeps")
    }

    fn random(&self, buffer: &mut [u8]) {
        buffer.iter_mut().zip(0..).for_each(|(byte, next)| *byte = next);
    }

    fn spawn(&self, _: BoxFuture<()>) {
        panic!("nothing here is left running")
    }
}
