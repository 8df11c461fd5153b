//! The `oauth2` crate as oracle: for what both can do, both send the same bytes.

use std::sync::{Arc, Mutex};

use base64::{Engine, engine::general_purpose::STANDARD};
use mailgrant_core::{
    AuthorizationCode, Callback, Client, ClientAuth, ClientCredentials, Credentials, OfferedBy, PendingAuthorization,
    Pkce, Standing, bytes::Bytes, http::Response, renewal, secrecy::ExposeSecret, testing::MockTransport,
};
use oauth2::{
    AuthType, AuthUrl, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RefreshToken, TokenUrl, basic::BasicClient,
};

use crate::provider::{Postbox, TOKENS, with_auth};

impl OfferedBy<Postbox> for ClientCredentials {
    type Renewal = renewal::Obtain;
}

const REDIRECT_URI: &str = "https://app.example/cb?x=1&y=%2F";
const CODE: &str = "a code/+of&it=é";
const APPS: [(&str, &str); 4] =
    [("id", "secret"), ("i:d", "s:e:c"), ("i+d/&=%", "p+q%&?#=~*-._"), ("an id é", "a secret \"ü\"")];

/// A way in which both can be set up.
#[derive(Clone, Copy, Debug)]
struct Case {
    app: (&'static str, &'static str),
    auth: ClientAuth,
    pkce: bool,
    /// Whether a redirect URI is named.
    returning: bool,
}

impl Case {
    fn all() -> impl Iterator<Item = Self> {
        let auths = [ClientAuth::Basic, ClientAuth::Body];
        let cases = APPS.into_iter().flat_map(move |app| auths.map(|auth| (app, auth)));
        cases.flat_map(|(app, auth)| {
            [(false, false), (false, true), (true, false), (true, true)].map(|(pkce, returning)| Self {
                app,
                auth,
                pkce,
                returning,
            })
        })
    }

    /// What is sent, request by request: the exchange, the refresh, client credentials.
    async fn ours(self) -> (Visited, Vec<Seen>, Drawn) {
        let mut profile = with_auth(self.auth);
        profile.pkce = if self.pkce { Pkce::S256 } else { Pkce::Off };
        let (log, mut transport) = (Arc::new(Mutex::new(Vec::new())), MockTransport::new());
        let sent = log.clone();
        transport.expect_send().returning(move |request| {
            sent.lock().unwrap().push(seen(&request.http));
            Ok(Response::new(Bytes::from_static(TOKENS.as_bytes())))
        });
        let credentials = Credentials::new(self.app.0, self.app.1);
        let client = Client::builder(Postbox(profile), credentials, Arc::new(transport)).build().unwrap();
        let grant = match self.returning {
            true => AuthorizationCode::returning_to(REDIRECT_URI).unwrap(),
            false => AuthorizationCode::registered(),
        };
        let login = client.begin(grant);
        let url = login.authorize_url();
        let (login, drawn) = looked_into(&client, login.into_pending());
        let code: String = form_urlencoded::byte_serialize(CODE.as_bytes()).collect();
        let callback = Callback::parse(&format!("code={code}&state={}", drawn.state)).unwrap();
        let session = login.receive(callback).unwrap().exchange().await.unwrap();
        let Standing::Lapsed(session) = session.expire() else { panic!("it has a refresh token") };
        drop(session.refresh().await.unwrap());
        drop(client.begin(ClientCredentials).obtain().await.unwrap());
        let log = std::mem::take(&mut *log.lock().unwrap());
        (visited(url.as_str()), log, drawn)
    }

    /// The same, as `oauth2` does it with what we have drawn.
    async fn theirs(self, drawn: Drawn) -> (Visited, Vec<Seen>) {
        let log = Arc::new(Mutex::new(Vec::new()));
        let http = |request: oauth2::HttpRequest| {
            log.lock().unwrap().push(seen(&request));
            async { Ok::<_, std::io::Error>(Response::new(TOKENS.as_bytes().to_vec())) }
        };
        let client = self.their_client();
        let state = drawn.state;
        let mut asked = client.authorize_url(|| CsrfToken::new(state));
        let mut exchange = client.exchange_code(oauth2::AuthorizationCode::new(CODE.into()));
        if let Some(verifier) = drawn.verifier {
            let verifier = PkceCodeVerifier::new(verifier);
            asked = asked.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
            exchange = exchange.set_pkce_verifier(verifier);
        }
        let (url, _) = asked.url();
        exchange.request_async(&http).await.unwrap();
        client.exchange_refresh_token(&RefreshToken::new("r1".into())).request_async(&http).await.unwrap();
        client.exchange_client_credentials().request_async(&http).await.unwrap();
        let log = std::mem::take(&mut *log.lock().unwrap());
        (visited(url.as_str()), log)
    }

    fn their_client(self) -> BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet> {
        let client = BasicClient::new(ClientId::new(self.app.0.into()))
            .set_client_secret(ClientSecret::new(self.app.1.into()))
            .set_auth_uri(AuthUrl::new("https://postbox.example/authorize?tenant=1".into()).unwrap())
            .set_token_uri(TokenUrl::new("https://postbox.example/token".into()).unwrap())
            .set_auth_type(if self.auth == ClientAuth::Basic { AuthType::BasicAuth } else { AuthType::RequestBody });
        match self.returning {
            true => client.set_redirect_uri(RedirectUrl::new(REDIRECT_URI.into()).unwrap()),
            false => client,
        }
    }
}

/// What a login has drawn.
struct Drawn {
    state: String,
    verifier: Option<String>,
}

type Login = mailgrant_core::Session<Postbox, AuthorizationCode, mailgrant_core::Unauthorized>;

#[expect(clippy::disallowed_methods, reason = "a test looks at what was drawn")]
fn looked_into(client: &Client<Postbox>, pending: PendingAuthorization) -> (Login, Drawn) {
    let bytes = pending.encode();
    let entry: serde_json::Value = serde_json::from_slice(bytes.expose_secret()).unwrap();
    let drawn = |name: &str| entry[name].as_str().map(String::from);
    let drawn = Drawn { state: drawn("state").unwrap(), verifier: drawn("verifier") };
    (client.resume(pending).unwrap(), drawn)
}

/// The consent page with the parameters that it is sent, each as it is written.
#[derive(Debug, PartialEq, Eq)]
struct Visited(String, Vec<String>);

/// Sorted: RFC 6749 §3.1 gives parameters no order, and `oauth2` puts the redirect URI behind the proof key.
fn visited(url: &str) -> Visited {
    let (page, query) = url.split_once('?').unwrap();
    Visited(page.to_owned(), sorted(query))
}

fn sorted(fields: &str) -> Vec<String> {
    let mut fields: Vec<String> = fields.split('&').map(String::from).collect();
    fields.sort();
    fields
}

/// A request: where it goes, its headers in the order of their names, its body.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    line: String,
    headers: Vec<(String, String)>,
    body: String,
}

fn seen(request: &http::Request<impl AsRef<[u8]>>) -> Seen {
    let headers = request.headers().iter();
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    let body = String::from_utf8(request.body().as_ref().to_vec()).unwrap();
    Seen { line: format!("{} {}", request.method(), request.uri()), headers, body }
}

impl Seen {
    /// For an exchange with a redirect URI: RFC 6749 §4.1.3 gives its fields no order, and `oauth2` writes that one last.
    fn in_any_order(self) -> Self {
        Self { body: sorted(&self.body).join("&"), ..self }
    }

    /// The space of an id or a secret as we write it in Basic: `%20`, which decodes to a space for those who read a form
    /// (RFC 6749 §2.3.1) as well as for those who decode percents alone. A plus of theirs is no other character, since
    /// one of the secret's own is `%2B` by then.
    fn with_plain_spaces(mut self) -> Self {
        for (_, value) in self.headers.iter_mut().filter(|(name, _)| name == "authorization") {
            let pair = STANDARD.decode(value.strip_prefix("Basic ").unwrap()).unwrap();
            *value = String::from_utf8(pair).unwrap().replace('+', "%20");
        }
        self
    }
}

#[tokio::test]
async fn the_consent_page_is_sent_the_same_parameters() {
    for case in Case::all() {
        let (ours, _, drawn) = case.ours().await;
        assert_eq!(drawn.verifier.is_some(), case.pkce);
        assert_eq!(ours, case.theirs(drawn).await.0, "{case:?}");
        assert_eq!(ours.1.iter().any(|field| field.starts_with("code_challenge=")), case.pkce);
        assert_eq!(ours.1.iter().any(|field| field.starts_with("redirect_uri=")), case.returning);
    }
}

#[tokio::test]
async fn exchange_and_refresh_are_the_same_requests() {
    for case in Case::all() {
        let (_, ours, drawn) = case.ours().await;
        let (_, theirs) = case.theirs(drawn).await;
        assert_eq!((ours.len(), theirs.len()), (3, 3), "an exchange, a refresh, client credentials");
        for (at, (ours, theirs)) in ours.into_iter().zip(theirs).enumerate() {
            // The whole of it byte for byte, where both write it in one order without a space in Basic.
            let spaces =
                case.auth == ClientAuth::Basic && [case.app.0, case.app.1].iter().any(|part| part.contains(' '));
            let ordered = at > 0 || !(case.pkce || case.returning);
            let alike = |seen: Seen| if spaces { seen.with_plain_spaces() } else { seen };
            let alike = |seen: Seen| alike(if ordered { seen } else { seen.in_any_order() });
            assert_eq!(alike(ours), alike(theirs), "{case:?}");
        }
    }
}
