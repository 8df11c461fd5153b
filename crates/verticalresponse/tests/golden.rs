//! Every request of both generations of VerticalResponse, as a text that a person can read: `tests/golden/*.http`.
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
    AuthorizationCode, BoxFuture, Callback, Client, CodeReceived, Credentials, Host, OfferedBy, Provider, Revocation,
    Session, Standing,
    bytes::Bytes,
    http::{Method, Request, Response},
    testing::{ManualHost, MockTransport},
};
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

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
fn client<P: Provider>(provider: P) -> (Client<P>, Log) {
    const ANSWER: &str =
        r#"{"access_token":"an/access+token","token_type":"Bearer","refresh_token":"a/refresh+token","user_id":4711}"#;
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

type Sent = BTreeMap<String, String>;

const REDIRECT_URI: &str = "https://app.example/callback?page=1&of=2";

/// A login that has been through the consent page, with the address of that page.
fn received<P: Provider>(client: &Client<P>) -> (Session<P, AuthorizationCode, CodeReceived>, String)
where
    AuthorizationCode: OfferedBy<P>,
{
    let login = client.begin(AuthorizationCode::returning_to(REDIRECT_URI).unwrap());
    let url = login.authorize_url().to_string();
    // In the query of the redirect URI it is escaped once more.
    let state = url.split_once("state%3D").or_else(|| url.split_once("state="));
    let state = state.map(|(_, state)| format!("&state={}", state.split('&').next().unwrap()));
    let callback = Callback::parse(&format!("code=a/code%2Bof+it{}", state.unwrap_or_default())).unwrap();
    (login.receive(callback).unwrap(), visited(&Method::GET, &url))
}

async fn generation_1(binding: &str, provider: VerticalResponse, sent: &mut Sent) {
    let of = |request: &str| format!("generation-1.{binding}.{request}");
    for (name, provider) in [("get", provider.clone()), ("post", provider.with_post_exchange())] {
        let (client, log) = client(provider);
        let (login, authorize) = received(&client);
        sent.insert(of("authorize"), authorize);
        let session = login.exchange().await.unwrap();
        sent.insert(of(&format!("exchange-{name}")), log.lock().unwrap().remove(0));
        client.send(session.bearer().request(Method::GET, "/contacts?type=all&limit=5").unwrap()).await.unwrap();
        sent.insert(of("call"), log.lock().unwrap().remove(0));
    }
}

async fn generation_2(name: &str, provider: VerticalResponseDelegated, sent: &mut Sent) {
    let of = |request: &str| format!("{name}.{request}");
    let (client, log) = client(provider);
    let (login, authorize) = received(&client);
    sent.insert(of("authorize"), authorize);
    let Standing::Lapsed(session) = login.exchange().await.unwrap().expire() else { panic!("it can be refreshed") };
    let session = session.refresh().await.unwrap();
    client.send(session.bearer().request(Method::GET, "/contacts?type=all&limit=5").unwrap()).await.unwrap();
    assert_eq!(client.revoke(&session.into_record()).await.unwrap(), Revocation::Told);
    let log = std::mem::take(&mut *log.lock().unwrap());
    for (request, text) in ["exchange", "refresh", "call", "revoke"].iter().zip(log) {
        sent.insert(of(request), text);
    }
}

#[tokio::test]
async fn every_request_is_as_its_file_says() {
    let mut sent = Sent::new();
    let portal = VerticalResponse::production;
    generation_1("redirect-nonce", portal(), &mut sent).await;
    generation_1("state", portal().with_state(), &mut sent).await;
    generation_1("browser-only", portal().with_fixed_redirect_uri(), &mut sent).await;
    generation_2("generation-2", VerticalResponseDelegated::production(), &mut sent).await;
    generation_2("generation-2.pkce", VerticalResponseDelegated::production().with_pkce(), &mut sent).await;
    assert_eq!(sent.len(), 3 * 4 + 2 * 5);
    compare("tests/golden", &sent);
}
