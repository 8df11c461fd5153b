//! The server that Dovecote would be, behind a transport.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use mailgrant_core::{
    BoxFuture, Request, Transport, TransportError,
    bytes::Bytes,
    http::{self, Response},
};

/// What it knows: tokens are counted, so that each is told from the last.
#[derive(Clone, Default)]
pub(crate) struct Loft(Arc<Mutex<Books>>);

#[derive(Default)]
pub(crate) struct Books {
    issued: u64,
    live: HashSet<String>,
    spent: HashSet<String>,
    pub(crate) refreshes: u64,
    pub(crate) reuses: u64,
    pub(crate) revoked: Vec<String>,
    /// A fault that the token endpoint answers next.
    pub(crate) fault: Option<&'static str>,
}

impl Loft {
    pub(crate) fn books<T>(&self, look: impl FnOnce(&mut Books) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    fn answer(&self, request: &http::Request<Bytes>) -> (u16, String) {
        assert_eq!(request.headers()["x-dovecote-region"], "eu");
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        let form: HashMap<&str, &str> = body.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let host = request.uri().host().unwrap();
        match (host, request.uri().path()) {
            ("login.eu.dovecote.example", "/token") => self.books(|books| books.token(&form)),
            ("login.eu.dovecote.example", "/revoke") => self.books(|books| {
                books.revoked.push(form["token"].to_owned());
                books.live.remove(form["token"]);
                (200, String::new())
            }),
            ("api.eu.dovecote.example", "/2/me") => (200, r#"{"loft": 7}"#.to_owned()),
            ("api.eu.dovecote.example", "/2/birds") => self.books(|books| {
                let newest = format!("Bearer access-{}", books.issued);
                (if request.headers()["authorization"] == newest { 200 } else { 498 }, "[]".to_owned())
            }),
            other => panic!("nobody is there: {other:?}"),
        }
    }
}

impl Books {
    fn token(&mut self, form: &HashMap<&str, &str>) -> (u16, String) {
        if let Some(reason) = self.fault.take() {
            return (409, format!(r#"{{"fault": {{"reason": "{reason}", "minutes": 2}}}}"#));
        }
        match form["grant_type"] {
            "authorization_code" => assert!(form["code"] == "feather" && form.contains_key("code_verifier")),
            "refresh_token" => {
                let presented = form["refresh_token"];
                if !self.live.remove(presented) {
                    self.reuses += u64::from(self.spent.contains(presented));
                    return (409, r#"{"fault": {"reason": "TOKEN_SPENT"}}"#.to_owned());
                }
                self.spent.insert(presented.to_owned());
                self.refreshes += 1;
            }
            "client_credentials" => {
                self.issued += 1;
                return (200, format!(r#"{{"access_token": "access-{}", "expires_in": 600}}"#, self.issued));
            }
            other => panic!("{other}"),
        }
        self.issued += 1;
        let number = self.issued;
        self.live.insert(format!("refresh-{number}"));
        let tokens = r#"{"access_token": "access-N", "refresh_token": "refresh-N", "expires_in": 600}"#;
        (200, tokens.replace('N', &number.to_string()))
    }
}

impl Transport for Loft {
    fn send<'a, 'b>(&'a self, request: Request) -> BoxFuture<Result<Response<Bytes>, TransportError>>
    where
        'a: 'b,
        Self: 'b,
    {
        let (status, body) = self.answer(&request.http);
        Box::pin(async move { Ok(Response::builder().status(status).body(Bytes::from(body)).unwrap()) })
    }
}
