//! A small provider of the tests' own, with answers that a test writes.

use std::sync::{Arc, Mutex};

use mailgrant_core::{
    AuthorizationCode, Callback, Client, ClientAuth, Credentials, Endpoints, OfferedBy, Profile, Provider, Sent,
    Session, TransportError, Unauthorized,
    bytes::Bytes,
    http::Response,
    renewal,
    testing::{ManualHost, MockTransport},
};

#[derive(Clone, Debug)]
pub(crate) struct Postbox(pub(crate) Profile);

impl Provider for Postbox {
    const NAME: &'static str = "postbox";
    fn profile(&self) -> &Profile {
        &self.0
    }
}

impl OfferedBy<Postbox> for AuthorizationCode {
    type Renewal = renewal::Refresh;
}

pub(crate) fn profile(environment: &str) -> Profile {
    let endpoints = Endpoints::parse(
        "https://postbox.example/authorize?tenant=1",
        "https://postbox.example/token",
        "https://api.postbox.example/v1",
    );
    Profile::new(environment, endpoints.unwrap())
}

/// What a scripted transport answers.
pub(crate) enum Reply {
    Answer(u16, &'static str),
    Failure(Sent),
}

pub(crate) type Log = Arc<Mutex<Vec<(http::Request<Bytes>, std::time::Duration)>>>;

pub(crate) fn client(profile: Profile, replies: Vec<Reply>) -> (Client<Postbox>, Log, ManualHost) {
    let (log, host) = (Log::default(), ManualHost::default());
    let mut transport = MockTransport::new();
    let (sent, replies) = (log.clone(), Mutex::new(replies.into_iter()));
    transport.expect_send().returning(move |request| {
        sent.lock().unwrap().push((request.http, request.within));
        match replies.lock().unwrap().next().expect("one request too many") {
            Reply::Answer(status, body) => {
                Ok(Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap())
            }
            Reply::Failure(sent) => Err(TransportError::new(sent, "the test says so")),
        }
    });
    let credentials = Credentials::new("id", "secret");
    let client =
        Client::builder(Postbox(profile), credentials, Arc::new(transport)).host(Arc::new(host.clone())).build();
    (client.unwrap(), log, host)
}

pub(crate) fn state_of(login: &Session<Postbox, AuthorizationCode, Unauthorized>) -> String {
    let url = login.authorize_url().to_string();
    let (_, state) = url.split_once("state=").unwrap();
    state.split('&').next().unwrap().to_owned()
}

pub(crate) fn callback(login: &Session<Postbox, AuthorizationCode, Unauthorized>) -> Callback {
    Callback::parse(&format!("code=the-code&state={}", state_of(login))).unwrap()
}

pub(crate) fn with_auth(auth: ClientAuth) -> Profile {
    let mut profile = profile("test");
    profile.client_auth = auth;
    profile
}

pub(crate) const TOKENS: &str = r#"{"access_token":"a1","token_type":"bearer","expires_in":60,"refresh_token":"r1"}"#;
