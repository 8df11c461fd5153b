//! Every way to panic: what is said on the way down holds no secret.

use std::{any::Any, future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt, future};
use mailgrant_core::{
    AuthorizationCode, Callback, ClientCredentials, Host, Request, Standing, SystemHost, Transport, TransportError,
    async_trait, bytes::Bytes, http,
};
use mailgrant_storage::memory::MemoryStore;

use crate::{
    ear::{self, Ear},
    flows::connected,
    managed::{Managed, key},
    operations::OPERATIONS,
    shop::{self, Shop},
    troubled::{Trouble, Troubled, VERBS},
};

/// Carries what it is given until it is told to panic over it.
struct Panicking {
    inner: Arc<dyn Transport>,
    fails: Box<dyn Fn(&Request) -> bool + Send + Sync>,
}

#[async_trait]
impl Transport for Panicking {
    async fn send(&self, request: Request) -> Result<http::Response<Bytes>, TransportError> {
        assert!(!(self.fails)(&request), "the transport panics over {request:?} {:?}", request.http.headers());
        self.inner.send(request).await
    }
}

/// What came of it: a panic's words, or an end; nothing if it waits for a clock that stands still.
async fn outcome<T>(ear: &Ear, work: impl Future<Output = T>) -> Option<T> {
    let work = std::pin::pin!(AssertUnwindSafe(work).catch_unwind());
    match future::select(work, SystemHost.sleep(Duration::from_millis(500))).await {
        future::Either::Left((Ok(done), _)) => Some(done),
        future::Either::Left((Err(panic), _)) => {
            ear.say(words(&*panic));
            None
        }
        future::Either::Right(_) => None,
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words")
}

/// What somebody's `unwrap` says.
fn unwrapped<T>(ear: &Ear, work: impl FnOnce() -> T) {
    let panic = std::panic::catch_unwind(AssertUnwindSafe(work)).err().expect("it panics");
    ear.say(words(&*panic));
}

/// As the result of somebody's own function would hold it.
fn held<T>(thing: T) -> Result<(), T> {
    Err(thing)
}

/// That these words were said by a panic, so that there was something to search.
#[track_caller]
fn assert_said(what: &str) {
    assert!(ear::panics().contains(what), "no panic said: {what}");
}

#[tokio::test]
async fn a_transport_that_panics() {
    let ear = Ear::new();
    for operation in OPERATIONS {
        let fails = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let shop = Shop::open();
        let told = fails.clone();
        let transport = Panicking {
            inner: shop.transport.clone(),
            fails: Box::new(move |_| told.load(std::sync::atomic::Ordering::SeqCst)),
        };
        let shop = shop.over(Arc::new(transport)).telling(fails);
        let failed = outcome(&ear, operation.play(&ear, &shop)).await;
        assert_eq!(failed, None, "{operation:?} goes on");
    }
    assert_said("the transport panics over Request");
    ear.assert_nothing_leaked();
}

#[tokio::test]
async fn a_transport_that_panics_under_a_manager() {
    for nth in 0..6 {
        let sent = std::sync::atomic::AtomicUsize::new(0);
        let shop = Shop::open();
        let fails = Box::new(move |_: &Request| sent.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == nth);
        let transport = Panicking { inner: shop.transport.clone(), fails };
        let shop = shop.over(Arc::new(transport));
        let managed = Managed::over(MemoryStore::new(Arc::new(shop.host.clone())), shop);
        let ear = managed.ear.clone();
        if let Some(Err(error)) = outcome(&ear, managed.connect("main")).await {
            ear.hear(&error);
        }
        if let Some(Err(error)) = outcome(&ear, managed.use_up("main")).await {
            ear.hear(&error);
        }
        ear.show(&outcome(&ear, managed.manager.shutdown()).await);
        ear.assert_nothing_leaked();
    }
}

#[tokio::test]
async fn a_store_that_is_in_trouble() {
    for trouble in [Trouble::Unavailable, Trouble::Damaged, Trouble::Panic] {
        for verb in VERBS {
            let shop = Shop::open();
            let store = Troubled::over(MemoryStore::new(Arc::new(shop.host.clone())));
            let managed = Managed::over(store.clone(), shop);
            let ear = managed.ear.clone();
            managed.connect("before").await.unwrap();
            store.at(verb, trouble);
            for story in [outcome(&ear, managed.connect("main")).await, outcome(&ear, managed.use_up("before")).await] {
                if let Some(Err(error)) = story {
                    ear.hear(&error);
                }
            }
            ear.show(&outcome(&ear, managed.manager.forget(&key("before"))).await);
            ear.show(&outcome(&ear, managed.vault.load(&key("before"))).await);
            ear.assert_nothing_leaked();
        }
    }
    for verb in ["load", "put", "claim", "settle", "remove", "put_pending", "take_pending", "list", "events"] {
        assert_said(&format!("{verb} panics, given"));
    }
}

#[tokio::test]
async fn a_task_that_panics() {
    let shop = Shop::open();
    let managed = Managed::over(MemoryStore::new(Arc::new(shop.host.clone())), shop);
    let ear = managed.ear.clone();
    managed.connect("before").await.unwrap();
    managed.shop.host.spoil_tasks(true);
    for story in [outcome(&ear, managed.connect("main")).await, outcome(&ear, managed.use_up("before")).await] {
        if let Some(Err(error)) = story {
            ear.hear(&error);
        }
    }
    ear.show(&outcome(&ear, managed.manager.disconnect(&key("before"))).await);
    assert_said("a task panics that the host runs");
    ear.assert_nothing_leaked();
}

#[tokio::test]
async fn what_unwrap_says() {
    let (ear, shop) = (Ear::new(), Shop::open());
    let client = shop.client(shop.getresponse().with_pkce());
    let login = client.begin(AuthorizationCode::registered());
    let callback = Callback::parse(&shop::with_code(login.authorize_url().as_str())).unwrap();
    unwrapped(&ear, || held(callback.clone()).unwrap());
    let stranger = client.begin(AuthorizationCode::registered());
    let refused = stranger.receive(callback.clone());
    unwrapped(&ear, || refused.unwrap());
    let received = login.receive(callback);
    unwrapped(&ear, || received.unwrap_err());
    unwrapped(&ear, || held(Callback::parse("code=a&code=b")).unwrap());

    let session = connected(&ear, client.begin(AuthorizationCode::registered())).await;
    let record = session.into_record();
    unwrapped(&ear, || held(&record).unwrap());
    unwrapped(&ear, || client.restore::<AuthorizationCode>(record.clone()).unwrap_err());
    unwrapped(&ear, || client.restore::<ClientCredentials>(record.clone()).unwrap());
    let Ok(Standing::Live(session)) = client.restore::<AuthorizationCode>(record) else { panic!("it is live") };
    unwrapped(&ear, || held(session.bearer()).unwrap());
    unwrapped(&ear, || held(session.bearer().request(http::Method::GET, "/a").unwrap()).unwrap());
    unwrapped(&ear, || session.bearer().request(http::Method::GET, "https://a.example/").unwrap());

    let broken = Shop::failing(|heard| crate::server::http("400 Bad Request", "", &heard.repeated()));
    let client = broken.client(broken.getresponse());
    broken.fail();
    let refused = client.begin(ClientCredentials).obtain().await;
    unwrapped(&ear, || refused.unwrap());
    assert_said("called `Result::unwrap()` on an `Err` value");
    ear.assert_nothing_leaked();
}
