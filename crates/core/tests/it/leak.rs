//! Secrets stay inside: nothing that can be printed or logged holds one.

use std::{
    io,
    sync::{Arc, Mutex},
};

use mailgrant_core::{
    AuthorizationCode, Callback, Client, Credentials, Endpoints, ExchangeMethod, MarkedBy, Profile, RefreshError,
    ReqwestTransport, Standing,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::provider::{Postbox, state_of};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const CANARIES: [&str; 5] = ["canary-secret", "canary-code", "canary-access", "canary-refresh", "Y2FuYXJ5"];

/// Answers one connection after another with these bytes.
async fn server(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serve = async move {
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 16384];
            let _ = socket.read(&mut head).await;
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    };
    mailgrant_core::Host::spawn(&mailgrant_core::SystemHost, Box::pin(serve));
    url
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}connection: close\r\n\r\n{body}", body.len())
}

/// What is logged at TRACE on this thread until the guard is dropped.
fn listen() -> (Captured, impl Drop) {
    let log = Captured::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    (log, tracing_subscriber::util::SubscriberInitExt::set_default(subscriber))
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = format!("{error:?}\n");
    let mut source = Some(error);
    while let Some(cause) = source {
        text.push_str(&format!("{cause}\n"));
        source = cause.source();
    }
    text
}

/// The app's secret and the code are in the URL of such an exchange, which everything likes to print.
#[tokio::test]
async fn no_canary_of_an_exchange_by_get_either() {
    let (log, guard) = listen();
    let url = server(vec![
        http("400 Bad Request", "", r#"{"error":"canary-code","error_description":"canary-secret"}"#),
        http("200 OK", "", r#"{"access_token":["canary-access"]}"#),
        http("302 Found", "location: http://127.0.0.1:1/?again=canary-secret\r\n", ""),
        "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"access_token\":\"canary-access".to_owned(),
        "canary-refresh is not HTTP at all\r\n\r\n".to_owned(),
    ])
    .await;
    let mut printed = String::new();
    // The last one connects to nothing.
    for token in [&url, &url, &url, &url, &url, "http://127.0.0.1:1"] {
        let endpoints = Endpoints::parse(&format!("{url}/authorize"), &format!("{token}/token"), &url).unwrap();
        let mut profile = Profile::new("test", endpoints);
        profile.exchange = ExchangeMethod::Get;
        profile.binding = MarkedBy::RedirectNonce;
        let transport = ReqwestTransport::builder().build().unwrap();
        let client = Client::builder(Postbox(profile), Credentials::new("id", "canary-secret"), Arc::new(transport));
        let login = client.build().unwrap().begin(AuthorizationCode::returning_to("https://a.example/cb").unwrap());
        let shown = login.authorize_url().to_string();
        assert!(!shown.contains("&state="), "{shown}");
        let (_, state) = shown.split_once("%3Fstate%3D").unwrap();
        let state = &state[..43];
        let callback = Callback::parse(&format!("code=canary-code&state={state}")).unwrap();
        let error = login.receive(callback).unwrap().exchange().await.unwrap_err();
        printed.push_str(&chain(&error));
        printed.push_str(&chain(&mailgrant_core::Error::from(error)));
    }
    drop(guard);
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("hyper") || logged.contains("reqwest"), "the subscriber heard nothing: {logged}");
    for canary in CANARIES.into_iter().chain(["client_secret="]) {
        assert!(!printed.contains(canary), "{canary} was printed:\n{printed}");
        assert!(!logged.contains(canary), "{canary} was logged:\n{logged}");
    }
}

#[tokio::test]
async fn no_canary_in_debug_display_or_trace_logs() {
    // Everything below runs on this thread, under this subscriber.
    let (log, guard) = listen();
    let tokens = r#"{"access_token":"canary-access","expires_in":60,"refresh_token":"canary-refresh"}"#;
    let bad = |status: &str, body: &str| http(status, "", body);
    let url = server(vec![
        http("200 OK", "", tokens),
        bad("400 Bad Request", r#"{"error":"canary-refresh","error_description":"canary-refresh"}"#),
        bad("502 Bad Gateway", "<html>canary-refresh</html>"),
        bad("200 OK", r#"{"access_token":"canary-access","token_type":"canary-refresh"}"#),
        http("302 Found", "location: http://127.0.0.1:1/?token=canary-refresh\r\n", ""),
        "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"access_token\":\"canary-access".to_owned(),
        "canary-refresh is not HTTP at all\r\n\r\n".to_owned(),
    ])
    .await;
    let mut printed = String::new();
    let mut print = |thing: &dyn std::fmt::Debug| printed.push_str(&format!("{thing:?}\n"));
    let endpoints = Endpoints::parse(&format!("{url}/authorize"), &format!("{url}/token"), &url).unwrap();
    let transport = ReqwestTransport::builder().build().unwrap();
    let credentials = Credentials::new("id", "canary-secret");
    print(&credentials);
    let client =
        Client::builder(Postbox(Profile::new("test", endpoints)), credentials, Arc::new(transport)).build().unwrap();
    print(&client);
    let login = client.begin(AuthorizationCode::registered());
    let state = state_of(&login);
    print(&login);
    print(&login.authorize_url());
    let callback = Callback::parse(&format!("code=canary-code&state={state}")).unwrap();
    print(&callback);
    let received = login.receive(callback).unwrap();
    print(&received);
    let session = received.exchange().await.unwrap();
    print(&session);
    print(&session.bearer());
    print(&session.bearer().request(http::Method::GET, "/x").unwrap());
    let record = session.into_record();
    print(&record);
    print(&record.encode());
    for _ in 0..6 {
        let Ok(Standing::Live(session)) = client.restore::<AuthorizationCode>(record.clone()) else { panic!("live") };
        let Standing::Lapsed(session) = session.expire() else { panic!("refreshable") };
        print(&session);
        let error = session.refresh().await.unwrap_err();
        print(&chain(&error));
        if let RefreshError::Uncertain { session, .. } = error {
            print(&session);
        }
    }
    drop(guard);
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("hyper") || logged.contains("reqwest"), "the subscriber heard nothing: {logged}");
    for canary in CANARIES.into_iter().chain([&*state]) {
        assert!(!printed.contains(canary), "{canary} was printed:\n{printed}");
        assert!(!logged.contains(canary), "{canary} was logged:\n{logged}");
    }
}
