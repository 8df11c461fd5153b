//! Every row of the hostile transports, with secrets for tokens.

#[path = "../../../core/tests/it/hostile/gzip.rs"]
mod gzip;
#[expect(dead_code, reason = "how a row ends is what core asks")]
#[path = "../../../core/tests/it/hostile/rows.rs"]
mod rows;
#[path = "../../../core/tests/it/hostile/server.rs"]
mod server;
#[path = "../../../core/tests/it/hostile/tls_server.rs"]
mod tls_server;

use std::{
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use futures_util::future::join_all;
use mailgrant_core::{
    Request, ReqwestTransport, Transport, TransportError, async_trait,
    bytes::Bytes,
    http::{Response, Uri},
};

use self::{
    rows::Row,
    server::{Does, Hostile},
};
use crate::{
    canary::{self, Kind},
    ear::Ear,
    operations::Operation::{self, Call, Exchange, ExchangeByGet, Obtain, Refresh, Revoke},
    shop::Shop,
};

const OPERATIONS: [Operation; 6] = [Exchange, ExchangeByGet, Obtain, Refresh, Revoke, Call];

/// What a good answer brings.
fn tokens() -> String {
    let [access, refresh] = [Kind::Access, Kind::Refresh].map(canary::secret);
    format!(r#"{{"access_token":"{access}","token_type":"bearer","expires_in":60,"refresh_token":"{refresh}"}}"#)
}

/// Where whoever is hostile listens, `http://HOST:PORT`, with how long an answer is waited for.
type There = Arc<Mutex<(String, Duration)>>;

/// Brings requests to where they are meant to go until it is told to fail; from then on to somebody hostile.
struct Diverted {
    inner: ReqwestTransport,
    fails: Arc<AtomicBool>,
    there: There,
}

#[async_trait]
impl Transport for Diverted {
    async fn send(&self, mut request: Request) -> Result<Response<Bytes>, TransportError> {
        if self.fails.load(Ordering::SeqCst) {
            let (to, within) = self.there.lock().unwrap().clone();
            let path = request.http.uri().path_and_query().map_or("/", |path| path.as_str());
            *request.http.uri_mut() = format!("{to}{path}").parse::<Uri>().unwrap();
            request.within = within;
            // Each chunk that is read is a line of the log.
            request.max_body = request.max_body.min(8 * 1024);
        }
        self.inner.send(request).await
    }
}

/// A shop whose failing is to be with somebody hostile.
fn diverted(inner: ReqwestTransport) -> (Shop, There) {
    let (fails, there) = (Arc::<AtomicBool>::default(), There::default());
    let transport = Diverted { inner, fails: fails.clone(), there: there.clone() };
    (Shop::open().over(Arc::new(transport)).telling(fails), there)
}

/// One operation that goes there in the end, whatever comes of it.
async fn play(ear: &Ear, operation: Operation, shop: &Shop) {
    let before = ear.length();
    operation.play(ear, shop).await;
    assert!(ear.length() > before, "{operation:?} says nothing");
    shop.mend();
}

/// Plays each row that is wanted with each operation, all operations beside one another: most of their time is waiting.
async fn check(is_wanted: fn(&Row) -> bool) {
    let (ear, inner) = (Ear::new(), ReqwestTransport::builder().build().unwrap());
    let elsewhere = Hostile::start(Does::Says(Vec::new()).into());
    let rows = rows::all(&elsewhere.other_name()).into_iter().filter(is_wanted);
    let rows: Vec<_> = rows.map(|row| (row.name, row.ends_by_time, Arc::new(row.does))).collect();
    join_all(OPERATIONS.map(async |operation| {
        let (shop, there) = diverted(inner.clone());
        for (name, ends_by_time, does) in &rows {
            ear.say(format_args!("{name}: {operation:?}"));
            let within = Duration::from_millis(if *ends_by_time { 200 } else { 30_000 });
            let hostile = Hostile::start(does.clone());
            *there.lock().unwrap() = (hostile.token_url().replace("/token", ""), within);
            play(&ear, operation, &shop).await;
        }
    }))
    .await;
    assert_eq!(elsewhere.strangers(), 0, "a redirect was followed");
    ear.assert_nothing_leaked();
    ear.assert_heard(&["reqwest::", "hyper_util::client::legacy"]);
}

#[tokio::test]
async fn nothing_of_what_ends_by_itself() {
    check(|row| !row.ends_by_time).await;
}

#[tokio::test]
async fn nothing_of_what_ends_by_the_time_limit_alone() {
    check(|row| row.ends_by_time).await;
}

/// Behind a certificate, whether somebody vouches for it or not.
#[tokio::test]
async fn nothing_over_tls() {
    let ear = Ear::new();
    for (name, does, host, trusted, _) in tls_server::ROWS {
        let builder = ReqwestTransport::builder();
        let builder = trusted.iter().fold(builder, |builder, pem| builder.trust_pem(pem.as_bytes()).unwrap());
        let (shop, there) = diverted(builder.build().unwrap());
        for operation in OPERATIONS {
            ear.say(format_args!("{name}: {operation:?}"));
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("https://{host}:{}", listener.local_addr().unwrap().port());
            *there.lock().unwrap() = (url, Duration::from_millis(300));
            // A refresh whose end nobody knows is sent again, and then nobody is there.
            let served = thread::spawn(move || tls_server::serve(&listener.accept().unwrap().0, does));
            play(&ear, operation, &shop).await;
            assert!(served.join().is_ok(), "{name}: {operation:?}");
        }
    }
    ear.assert_nothing_leaked();
    ear.assert_heard(&["reqwest::", "hyper_util::client::legacy"]);
}
