//! A provider that offers every grant, over a wire that is listened to.

use std::sync::{Arc, Mutex};

use mailgrant_core::{
    Adopted, AuthorizationCode, Authorized, Callback, Client, ClientCredentials, CodeReceived, Credentials, Endpoints,
    Expired, Host, Implicit, OfferedBy, Profile, Provider, Session, Standing, TransitionError, Unauthorized,
    bytes::Bytes,
    http::{Request, Response},
    renewal,
    testing::{ManualHost, MockTransport},
};

/// Of characters that a form has to write otherwise.
pub(crate) const ID: &str = "id: +%&";
pub(crate) const SECRET: &str = "secret: +%&é";
pub(crate) const REDIRECT_URI: &str = "https://app.example/callback";
pub(crate) const TOKENS: &str =
    r#"{"access_token":"access-1","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-1"}"#;

/// RFC 6749 as written.
#[derive(Clone, Debug)]
pub(crate) struct Post(pub(crate) Profile);

impl Provider for Post {
    const NAME: &'static str = "post";

    fn profile(&self) -> &Profile {
        &self.0
    }
}

impl OfferedBy<Post> for AuthorizationCode {
    type Renewal = renewal::Refresh;
}
impl OfferedBy<Post> for ClientCredentials {
    type Renewal = renewal::Obtain;
}
impl OfferedBy<Post> for Implicit {
    type Renewal = renewal::Never;
}
impl OfferedBy<Post> for Adopted {
    type Renewal = renewal::Never;
}

/// Its environment, with a profile that `change` has changed.
pub(crate) fn post(change: impl FnOnce(&mut Profile)) -> Post {
    let endpoints =
        Endpoints::parse("https://post.example/authorize", "https://post.example/token", "https://api.post.example/v1");
    let mut profile = Profile::new("test", endpoints.unwrap());
    change(&mut profile);
    Post(profile)
}

/// What was sent, and how it prints itself.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) http: Request<Bytes>,
    pub(crate) shown: String,
}

impl Sent {
    /// The fields of its body, decoded.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        decoded(std::str::from_utf8(self.http.body()).unwrap())
    }

    /// The value of a field that is there once.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut found = self.fields().into_iter().filter(|(known, _)| known == name);
        let value = found.next();
        assert!(found.next().is_none(), "{name} is there twice");
        value.map(|(_, value)| value)
    }

    pub(crate) fn authorization(&self) -> Option<&str> {
        self.http.headers().get("authorization").map(|value| value.to_str().unwrap())
    }
}

/// A form or a query, decoded as `application/x-www-form-urlencoded` says.
pub(crate) fn decoded(form: &str) -> Vec<(String, String)> {
    let fields = form.split('&').filter(|field| !field.is_empty());
    fields.map(|field| field.split_once('=').unwrap()).map(|(name, value)| (plain(name), plain(value))).collect()
}

pub(crate) fn plain(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// What went over a wire.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Sent>>>);

impl Log {
    /// What was sent since this was asked last.
    pub(crate) fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A client whose provider gives these answers in turn, the last of them again and again.
pub(crate) fn client<P: Provider>(provider: P, answers: &[(u16, &str)]) -> (Client<P>, Log) {
    client_on(provider, Arc::new(ManualHost::default()), answers)
}

/// The same, on a host of the test's own.
pub(crate) fn client_on<P: Provider>(provider: P, host: Arc<dyn Host>, answers: &[(u16, &str)]) -> (Client<P>, Log) {
    let (log, mut transport) = (Log::default(), MockTransport::new());
    let answers: Vec<(u16, String)> = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
    let (sent, given) = (log.clone(), Mutex::new(0));
    transport.expect_send().returning(move |request| {
        let shown = format!("{request:?}");
        sent.0.lock().unwrap().push(Sent { http: request.http, shown });
        let mut given = given.lock().unwrap();
        let (status, body) = &answers[usize::min(*given, answers.len() - 1)];
        *given += 1;
        let answer = Response::builder().status(*status).header("retry-after", "7");
        Ok(answer.body(Bytes::from(body.clone())).unwrap())
    });
    let client = Client::builder(provider, Credentials::new(ID, SECRET), Arc::new(transport)).host(host);
    (client.build().unwrap(), log)
}

/// The `state` that a consent page was sent, on its own or in the redirect URI.
pub(crate) fn state_of(url: &str) -> String {
    let query = decoded(url.split_once('?').unwrap().1);
    let own = |name: &str| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    own("state").unwrap_or_else(|| {
        let redirect_uri = own("redirect_uri").unwrap();
        redirect_uri.split_once("state=").unwrap().1.to_owned()
    })
}

/// What becomes of a callback with this in it, besides the login's own state.
pub(crate) type Received<P> =
    Result<Session<P, AuthorizationCode, CodeReceived>, TransitionError<P, AuthorizationCode, Unauthorized>>;

pub(crate) fn receive<P: Provider>(client: &Client<P>, rest: &str) -> Received<P>
where
    AuthorizationCode: OfferedBy<P>,
{
    let login = client.begin(AuthorizationCode::returning_to(REDIRECT_URI).unwrap());
    let state = state_of(login.authorize_url().as_str());
    login.receive(Callback::parse(&format!("{rest}&state={state}")).unwrap())
}

/// A grant, fresh from the exchange of its code.
pub(crate) async fn connected<P: Provider>(client: &Client<P>) -> Session<P, AuthorizationCode, Authorized>
where
    AuthorizationCode: OfferedBy<P>,
{
    receive(client, "code=c0de").unwrap().exchange().await.unwrap()
}

/// The same, and over.
pub(crate) async fn lapsed<P: Provider>(client: &Client<P>) -> Session<P, AuthorizationCode, Expired>
where
    AuthorizationCode: OfferedBy<P>,
{
    let Standing::Lapsed(session) = connected(client).await.expire() else { panic!("it has a refresh token") };
    session
}
