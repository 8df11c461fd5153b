//! What is said of a provider's words: never the words themselves (23).

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mailgrant_core::{
    Answer, AuthorizationCode, Callback, Client, ClientCredentials, Endpoints, Error, OfferedBy, Profile, Provider,
    Refusal, Request, ReqwestTransport, Transport, TransportError, bytes::Bytes, http::Response, renewal,
};
use mailgrant_getresponse::GetResponse;
use mailgrant_storage::Status;

use crate::{
    binary::Home,
    server::{Server, http},
    service::{Service, credentials, parameter},
};

/// What moves a cursor, in the many ways in which it can be written.
const NASTY: &str = "canary\u{1b}[31m\u{1b}]0;title\u{7}\u{9b}2J\r\u{8}\u{202e}";

fn at(server: &Server) -> Client<GetResponse> {
    let url = &server.url;
    Client::new(GetResponse::at(Endpoints::parse(url, url, url).unwrap()), credentials()).unwrap()
}

/// Everything that an error shows, its causes included.
fn shown(error: &Error) -> String {
    let mut shown = format!("{error} {error:?} {:?}", error.provider_code());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        shown += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    shown
}

#[tokio::test]
async fn security_23_codes_outside_a_fixed_set_become_other() {
    let nasty = serde_json::to_string(NASTY).unwrap();
    for (body, code) in [
        (format!(r#"{{"error":{nasty},"error_description":{nasty}}}"#), "other"),
        (r#"{"error":"invalid_grant_canary"}"#.to_owned(), "other"),
        (r#"{"error":"INVALID_CLIENT"}"#.to_owned(), "other"),
        (format!(r#"{{"httpStatus":400,"code":4711,"message":{nasty},"context":{{"sentToken":{nasty}}}}}"#), "other"),
        (format!(r#"{{"httpStatus":400,"code":1021,"message":{nasty}}}"#), "1021"),
        (format!(r#"{{"error":"invalid_client","error_description":{nasty},"error_uri":{nasty}}}"#), "invalid_client"),
    ] {
        let server = Server::saying("400 Bad Request", "", &body);
        let client = at(&server);
        let setback = client.begin(ClientCredentials).obtain().await.unwrap_err();
        let error = setback.error();
        assert_eq!((error.status(), error.provider_code()), (Some(400), Some(code)), "{body}");
        let shown = shown(error);
        assert!(!shown.contains("canary") && !shown.chars().any(char::is_control), "{shown}");
    }
}

#[tokio::test]
async fn security_23_what_is_no_error_object_is_not_quoted() {
    for (status, body) in [
        ("502 Bad Gateway", format!("<html>{NASTY}</html>")),
        ("400 Bad Request", NASTY.to_owned()),
        ("200 OK", format!(r#"{{"access_token":"t","token_type":"canary"{NASTY}"#)),
        ("200 OK", r#"{"access_token":"t","token_type":"canary"}"#.to_owned()),
        ("200 OK", r#"{"access_token":"t","expires_in":"canary"}"#.to_owned()),
        ("200 OK", r#"{"access_token":"canary\u001b[31m"}"#.to_owned()),
    ] {
        let server = Server::saying(status, "X-Canary: canary\r\n", &body);
        let client = at(&server);
        let setback = client.begin(ClientCredentials).obtain().await.unwrap_err();
        let shown = shown(setback.error());
        assert!(!shown.contains("canary") && !shown.chars().any(char::is_control), "{shown}");
    }
}

#[tokio::test]
async fn security_23_what_is_stored_of_a_refusal_is_a_word_of_ours() {
    let service = Service::new().await;
    let account = service.connected().await;
    service.emulator.revoke_grants();
    assert_eq!(account.refresh().await.unwrap_err().code(), "grant_refused");
    let row = service.vault.store().load(&service.key).await.unwrap().unwrap();
    assert_eq!(row.status, Status::Refused { cause: "grant_refused".to_owned() });
    let causes: Vec<_> = service.manager.events(0, 100).await.unwrap().into_iter().filter_map(|it| it.cause).collect();
    assert_eq!(causes, ["grant_refused"]);
}

/// A provider that prints all that it is shown.
#[derive(Clone, Debug)]
struct Nosy(Profile, Arc<Mutex<String>>);

impl Provider for Nosy {
    const NAME: &'static str = "nosy";

    fn profile(&self) -> &Profile {
        &self.0
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        *self.1.lock().unwrap() += &format!("{answer:?} ");
        mailgrant_core::refusal::standard(answer)
    }
}

impl OfferedBy<Nosy> for AuthorizationCode {
    type Renewal = renewal::Refresh;
}

/// A transport that prints all that it sends.
struct Printing(ReqwestTransport, Arc<Mutex<String>>);

#[async_trait]
impl Transport for Printing {
    async fn send(&self, request: Request) -> Result<Response<Bytes>, TransportError> {
        *self.1.lock().unwrap() += &format!("{request:?} ");
        self.0.send(request).await
    }
}

#[tokio::test]
async fn security_23_lengths_are_shown_instead_of_contents() {
    let body = r#"{"error":"canary","error_description":"canary"}"#;
    let server = Server::saying("400 Bad Request", "", body);
    let endpoints = Endpoints::parse(&server.url, &format!("{}/t?canary=1", server.url), &server.url).unwrap();
    let printed = Arc::new(Mutex::new(String::new()));
    let transport = Printing(ReqwestTransport::builder().build().unwrap(), printed.clone());
    let nosy = Nosy(Profile::new("test", endpoints), printed.clone());
    let client = Client::builder(nosy, credentials(), Arc::new(transport)).build().unwrap();
    let login = client.begin(AuthorizationCode::registered());
    let state = parameter(login.authorize_url().as_str(), "state").to_owned();
    let callback = Callback::parse(&format!("code=canary&state={state}")).unwrap();
    drop(login.receive(callback).unwrap().exchange().await.unwrap_err());
    let asked = server.heard().remove(0);
    let (_, sent) = asked.split_once("\r\n\r\n").unwrap();
    let printed = printed.lock().unwrap().clone();
    for length in [sent.len(), body.len()] {
        assert!(printed.contains(&format!("body: {length}")), "{printed}");
    }
    assert!(!printed.contains("canary"), "{printed}");
}

fn is_plain(said: &str) -> bool {
    said.chars().all(|char| matches!(char, '\n' | '\t') || !(char.is_control() || char == '\u{202e}'))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_23_the_binary_s_words_hold_no_control_character() {
    let nasty = serde_json::to_string(NASTY).unwrap();
    let body = format!(r#"{{"error":{nasty},"error_description":{nasty}}}"#);
    let server = Server::start(move |_| http("400 Bad Request", "", &body));
    let home = Home::new().await;
    let mut command = home.command(&["connect", "getresponse", "--no-browser", "--grant", "client-credentials"]);
    command.args(["--client-id", "id", "--authorize-url", &server.url, "--token-url", &server.url]);
    command.args(["--api-url", &server.url]).env("MAILGRANT_CLIENT_SECRET", "s");
    let refused: crate::binary::Done = command.output().unwrap().into();
    assert!(refused.code == 4 && refused.stderr.contains("other"), "{refused:?}");
    for done in [
        refused,
        home.run(&["token", NASTY]),
        home.run(&["call", "main", NASTY, "/accounts"]),
        home.run(&[NASTY]),
        home.run(&["--key-file", &format!("{}/{NASTY}/key", home.folder.path().display()), "accounts"]),
        home.run(&["--store", NASTY, "accounts"]),
    ] {
        assert!(is_plain(&done.stderr) && is_plain(&done.stdout), "{done:?}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_23_control_characters_never_reach_a_terminal() {
    let server = Server::saying("200 OK", "", &format!("{{\"name\":\"{NASTY}\"}}"));
    let (url, home) = (&*server.url, Home::new().await);
    let args = ["adopt", "main", "--authorize-url", url, "--token-url", url, "--api-url", url];
    assert_eq!(home.feed(&args, "a-token\n").code, 0);
    // In a pipe it is data, as it came.
    let piped = home.run(&["call", "main", "GET", "/accounts"]);
    assert!(piped.code == 0 && piped.stdout.contains(NASTY) && is_plain(&piped.stderr), "{piped:?}");
    let seen = crate::terminal::show(&home.command(&["call", "main", "GET", "/accounts"]));
    assert!(seen.contains("canary"), "{seen:?}");
    assert!(is_plain(&seen.replace("\r\n", "\n")), "{seen:?}");
}
