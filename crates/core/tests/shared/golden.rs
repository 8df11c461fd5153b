//! Golden files: what a client sends, as a text that a person can read, compared with what it sent before.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use mailgrant_core::{
    BoxFuture, Client, Credentials, Host, Provider,
    bytes::Bytes,
    http::{Method, Request, Response},
    testing::{ManualHost, MockTransport},
};

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

pub(crate) type Log = Arc<Mutex<Vec<String>>>;

/// A client whose every request is answered with tokens, and its requests as texts.
pub(crate) fn client<P: Provider>(provider: P, answer: &'static str) -> (Client<P>, Log) {
    let (log, mut transport) = (Log::default(), MockTransport::new());
    let sent = log.clone();
    transport.expect_send().returning(move |request| {
        sent.lock().unwrap().push(as_text(&request.http));
        Ok(Response::new(Bytes::from_static(answer.as_bytes())))
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

pub(crate) fn visited(method: &Method, url: &str) -> String {
    format!("{method} {}\n", url.replace('?', "\n    ?").replace('&', "\n    &"))
}

/// What there is and what there was; with `MAILGRANT_BLESS`, there is what there was.
pub(crate) fn compare(folder: &str, now: &BTreeMap<String, String>) {
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
