//! One app, one emulator, one plain HTTP client.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::Serializer;
use mailgrant_emulator::{App, Emulator, Settings};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const CALLBACK: &str = "http://127.0.0.1:1/callback";

pub(crate) struct Rig {
    pub(crate) emulator: Emulator,
}

/// What came back. `whole` tells whether the body was as long as promised.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) whole: bool,
    head: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
}

impl Rig {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        change(&mut settings);
        let emulator = Emulator::builder()
            .settings(settings)
            .app(App::new("app", "secret").redirect_uri(CALLBACK))
            .app(App::new("other", "secret").redirect_uri(CALLBACK))
            .start()
            .await
            .unwrap();
        Self { emulator }
    }

    /// `None`: the connection closed without an answer.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
        let host = self.emulator.url().replace("http://", "");
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request += &format!("Host: {host}\r\n");
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let mut stream = TcpStream::connect(&host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = read_all(&mut stream).await;
        Answer::read(&answer)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await.unwrap()
    }

    /// A `GET` at the API.
    pub(crate) async fn api(&self, path: &str, access: &str) -> Answer {
        let bearer = format!("Bearer {access}");
        let headers = [("Authorization", bearer.as_str())];
        self.send("GET", path, &headers, "").await.unwrap()
    }

    pub(crate) async fn control(&self, method: &str, knob: &str, body: &str) -> Answer {
        let path = format!("/_emulator/{knob}");
        self.send(method, &path, &[], body).await.unwrap()
    }

    /// Where the authorization page sends the browser, as query parameters.
    pub(crate) async fn authorize(&self, parameters: &[(&str, &str)]) -> Vec<(String, String)> {
        self.get(&authorize_path(parameters)).await.callback()
    }

    pub(crate) async fn code(&self) -> String {
        let callback = self.authorize(&[]).await;
        parameter(&callback, "code").unwrap()
    }

    /// A token request with the app's Basic credentials.
    pub(crate) async fn token(&self, fields: &[(&str, &str)]) -> Option<Answer> {
        let basic = basic("app:secret");
        let headers = [("Authorization", basic.as_str()), FORM];
        self.send("POST", "/v3/token", &headers, &form(fields)).await
    }

    pub(crate) async fn exchange(&self, code: &str) -> Option<Answer> {
        self.token(&[("grant_type", "authorization_code"), ("code", code)]).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Option<Answer> {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Tokens of a new account.
    pub(crate) async fn connect(&self) -> Tokens {
        let code = self.code().await;
        self.exchange(&code).await.unwrap().tokens()
    }
}

impl Answer {
    fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut answer = Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            body: body.to_owned(),
            whole: true,
            head: head.to_owned(),
        };
        if let Some(length) = answer.header("content-length") {
            answer.whole = length.parse() == Ok(body.len());
        }
        Some(answer)
    }

    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case(wanted).then_some(value)
        })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }

    pub(crate) fn tokens(&self) -> Tokens {
        assert_eq!(self.status, 200, "{}", self.body);
        let json = self.json();
        Tokens {
            access: json["access_token"].as_str().unwrap().to_owned(),
            refresh: json["refresh_token"].as_str().map(str::to_owned),
        }
    }

    /// The query of the redirect to the callback, or its fragment.
    pub(crate) fn callback(&self) -> Vec<(String, String)> {
        assert_eq!(self.status, 302, "{}", self.body);
        let location = self.header("location").unwrap();
        let query = location.strip_prefix(CALLBACK).unwrap();
        form_urlencoded::parse(&query.as_bytes()[1..]).into_owned().collect()
    }
}

impl Tokens {
    pub(crate) fn refresh(&self) -> &str {
        self.refresh.as_deref().unwrap()
    }
}

pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

pub(crate) fn authorize_path(parameters: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("response_type", "code");
    query.append_pair("client_id", "app");
    query.extend_pairs(parameters);
    format!("/oauth2_authorize.html?{}", query.finish())
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

pub(crate) fn basic(userpass: &str) -> String {
    format!("Basic {}", STANDARD.encode(userpass))
}

pub(crate) fn parameter(parameters: &[(String, String)], wanted: &str) -> Option<String> {
    let mut parameters = parameters.iter();
    let found = parameters.find(|(name, _)| name == wanted);
    found.map(|(_, value)| value.clone())
}

async fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer).await {
        Ok(_) => answer,
        // A connection may break as well as close; what came before counts.
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => answer,
        Err(error) => panic!("{error}"),
    }
}
