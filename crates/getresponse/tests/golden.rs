//! Every request of GetResponse, as a text that a person can read: `tests/golden/*.http`.
//!
//! `MAILGRANT_BLESS=1` writes the files anew. Chance and time stand still, so that the bytes are the same each time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use mailgrant_core::{
    AuthorizationCode, BoxFuture, Callback, Client, ClientCredentials, Credentials, Expired, Host, Implicit, Session,
    Standing, Unauthorized,
    bytes::Bytes,
    http::{Method, Request, Response},
    testing::{ManualHost, MockTransport},
};
use mailgrant_getresponse::{GetResponse, PanelDomain, Region};

/// A host whose chance is the numbers from nought on.
struct Fixed(ManualHost, Mutex<u8>);

impl Host for Fixed {
    fn now(&self) -> SystemTime {
        self.0.now()
    }
    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        self.0.sleep(duration)
    }
    fn random(&self, buffer: &mut [u8]) {
        let mut next = self.1.lock().unwrap();
        for byte in buffer {
            *byte = *next;
            *next = next.wrapping_add(1);
        }
    }
    fn spawn(&self, task: BoxFuture<()>) {
        self.0.spawn(task);
    }
}

type Log = Arc<Mutex<Vec<String>>>;

/// A client whose every request is answered with tokens, and its requests as texts.
fn client(provider: GetResponse) -> (Client<GetResponse>, Log) {
    const ANSWER: &str = r#"{"access_token":"an/access+token","expires_in":3600,"token_type":"Bearer","scope":null,"refresh_token":"a/refresh+token","accountId":"pf1a"}"#;
    let (log, mut transport) = (Log::default(), MockTransport::new());
    let sent = log.clone();
    transport.expect_send().returning(move |request| {
        sent.lock().unwrap().push(as_text(&request.http));
        Ok(Response::new(Bytes::from_static(ANSWER.as_bytes())))
    });
    // Of characters that a form has to write otherwise.
    let credentials = Credentials::new("client:id", "a secret/+&é");
    let client = Client::builder(provider, credentials, Arc::new(transport))
        .host(Arc::new(Fixed(ManualHost::default(), Mutex::new(0))));
    (client.build().unwrap(), log)
}

/// The request line with its query below it, the headers in the order of their names, the body with its fields one
/// below the other.
fn as_text(request: &Request<Bytes>) -> String {
    let mut headers: Vec<_> = request.headers().iter().map(|(name, value)| (name.as_str(), value)).collect();
    headers.sort_by_key(|(name, _)| *name);
    let mut text = visited(request.method(), &request.uri().to_string());
    for (name, value) in headers {
        text += &format!("{name}: {}\n", value.to_str().unwrap());
    }
    let body = String::from_utf8(request.body().to_vec()).unwrap();
    let fields = if body.starts_with('{') { body } else { body.replace('&', "\n&") };
    if fields.is_empty() { text } else { format!("{text}\n{fields}\n") }
}

fn visited(method: &Method, url: &str) -> String {
    format!("{method} {}\n", url.replace('?', "\n    ?").replace('&', "\n    &"))
}

/// What there is and what there was; with `MAILGRANT_BLESS`, there is what there was.
fn compare(folder: &str, now: &BTreeMap<String, String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = || fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    if std::env::var_os("MAILGRANT_BLESS").is_some() {
        files().for_each(|file| fs::remove_file(file).unwrap());
        now.iter().for_each(|(name, text)| fs::write(folder.join(format!("{name}.http")), text).unwrap());
    }
    let name = |file: &Path| file.file_name().unwrap().to_str().unwrap().trim_end_matches(".http").to_owned();
    let before: BTreeMap<String, String> =
        files().map(|file| (name(&file), fs::read_to_string(&file).unwrap())).collect();
    let names = before.keys().chain(now.keys().filter(|name| !before.contains_key(*name)));
    for name in names {
        let [file, sent] =
            [&before, now].map(|texts| texts.get(name).map_or("nothing: MAILGRANT_BLESS=1 mends that\n", |text| text));
        assert!(file == sent, "{name}.http says:\n{file}\nand there is sent:\n{sent}");
    }
}

fn environments() -> [(&'static str, GetResponse); 6] {
    let panel = PanelDomain::parse("custom-domain.getresponse360.com").unwrap();
    [
        ("retail", GetResponse::retail()),
        ("max-com", GetResponse::max(&panel, Region::Com)),
        ("max-pl", GetResponse::max(&panel, Region::Pl)),
        ("parent-login", GetResponse::max(&panel, Region::Com).for_parent_login("parent@shop.example").unwrap()),
        ("pkce", GetResponse::retail().with_pkce()),
        ("json-body", GetResponse::retail().with_json_body()),
    ]
}

/// A session that was exchanged for a code, and has lapsed.
async fn lapsed(
    login: Session<GetResponse, AuthorizationCode, Unauthorized>,
) -> Session<GetResponse, AuthorizationCode, Expired> {
    let url = login.authorize_url().to_string();
    let (_, state) = url.split_once("&state=").unwrap();
    let callback = Callback::parse(&format!("code=a/code%2Bof+it&state={}", state.split('&').next().unwrap()));
    let session = login.receive(callback.unwrap()).unwrap().exchange().await.unwrap();
    let Standing::Lapsed(session) = session.expire() else { panic!("it has a refresh token") };
    session
}

/// Each request of an environment, by its name.
async fn requests(provider: GetResponse) -> Vec<(&'static str, String)> {
    const REDIRECT_URI: &str = "https://app.example/callback?page=1&of=2";
    let mut requests = Vec::new();
    for (grant, authorize, exchange) in [
        (AuthorizationCode::registered(), "authorize-registered", "exchange-registered"),
        (AuthorizationCode::returning_to(REDIRECT_URI).unwrap(), "authorize-returning", "exchange-returning"),
    ] {
        let (client, log) = client(provider.clone());
        let login = client.begin(grant);
        requests.push((authorize, visited(&Method::GET, login.authorize_url().as_str())));
        drop(lapsed(login).await);
        requests.push((exchange, log.lock().unwrap().remove(0)));
    }
    let (client, log) = client(provider);
    let session = lapsed(client.begin(AuthorizationCode::registered())).await.refresh().await.unwrap();
    requests.push(("refresh", log.lock().unwrap().remove(1)));
    let called = session.bearer().request(Method::GET, "/campaigns?perPage=100&query[name]=shop").unwrap();
    client.send(called).await.unwrap();
    requests.push(("call", log.lock().unwrap().remove(1)));
    client.account_id(&session.into_record()).await.unwrap();
    requests.push(("whose-account", log.lock().unwrap().remove(1)));
    drop(client.begin(ClientCredentials).obtain().await.unwrap());
    requests.push(("client-credentials", log.lock().unwrap().remove(1)));
    let (client, _) = self::client(client.provider().clone());
    let login = client.begin(Implicit::returning_to(REDIRECT_URI).unwrap());
    requests.push(("authorize-implicit", visited(&Method::GET, login.authorize_url().as_str())));
    requests
}

#[tokio::test]
async fn every_request_is_as_its_file_says() {
    let mut now = BTreeMap::new();
    for (environment, provider) in environments() {
        for (request, text) in requests(provider).await {
            now.insert(format!("{environment}.{request}"), text);
        }
    }
    assert_eq!(now.len(), 6 * 9);
    compare("tests/golden", &now);
}
