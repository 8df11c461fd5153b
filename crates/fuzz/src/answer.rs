//! What an answer of the token endpoint may come to.

use mailgrant_core::{
    Asked, AuthorizationCode, Authorized, Callback, Client, ClientCredentials, Error, ErrorKind, Grant, OfferedBy,
    Provider, RefreshError, Session, Standing, TransitionError, renewal,
};
use serde_json::{Map, Value};

use super::{
    letterbox::{REDIRECT_URI, STATE, client, done},
    quiet,
    reply::Reply,
};

/// What came of asking.
#[derive(Debug)]
pub enum Arm {
    /// A token, as it goes into a header.
    Issued(Vec<u8>),
    /// The session is back at its beginning.
    Refused(Error),
    /// The session is as it was. Of an exchange, that may be in doubt.
    Untouched(Error),
    /// A refresh token may be spent.
    Uncertain(Error),
}

impl Arm {
    /// Why there is no token.
    #[must_use]
    pub fn into_error(self) -> Option<Error> {
        match self {
            Self::Issued(_) => None,
            Self::Refused(error) | Self::Untouched(error) | Self::Uncertain(error) => Some(error),
        }
    }

    fn issued<P: Provider, G: Grant>(session: &Session<P, G, Authorized>) -> Self {
        let header = session.bearer().header();
        assert!(header.is_sensitive());
        let token = header.as_bytes().strip_prefix(b"Bearer ").expect("it is a bearer's");
        assert!(!token.is_empty() && token.iter().all(|byte| matches!(byte, 0x20..=0x7e)), "{header:?} is no token");
        Self::Issued(token.to_vec())
    }
}

/// Whether a body may end what was asked with: the documented words of one provider.
pub type MayEnd = fn(Asked, &Map<String, Value>) -> bool;

/// An exchange that is answered so.
pub fn exchange<P: Provider>(provider: P, reply: &Reply) -> Arm
where
    AuthorizationCode: OfferedBy<P>,
{
    let (client, log) = client(provider, vec![reply.clone()]);
    let arm = match exchanged(&client) {
        Ok(session) => Arm::issued(&session),
        Err(TransitionError::Refused { error, .. }) => Arm::Refused(error),
        Err(TransitionError::Untouched { error, .. }) => Arm::Untouched(error),
    };
    assert_eq!(log.lock().unwrap().len(), 1, "each request is sent once");
    arm
}

/// A refresh that is answered so.
pub fn refresh<P: Provider>(provider: P, reply: &Reply) -> Arm
where
    AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh>,
{
    let (client, log) = client(provider, vec![Reply::tokens(), reply.clone()]);
    let session = exchanged(&client).expect("the first answer is good");
    let Standing::Lapsed(session) = session.expire() else { panic!("it has a refresh token") };
    let arm = match done(session.refresh()) {
        Ok(session) => Arm::issued(&session),
        Err(RefreshError::Refused { error, .. }) => Arm::Refused(error),
        Err(RefreshError::Untouched { error, .. }) => Arm::Untouched(error),
        Err(RefreshError::Uncertain { error, .. }) => Arm::Uncertain(error),
    };
    assert_eq!(log.lock().unwrap().len(), 2, "each request is sent once");
    arm
}

/// A token for the app itself, asked for and answered so.
pub fn obtain<P: Provider>(provider: P, reply: &Reply) -> Arm
where
    ClientCredentials: OfferedBy<P, Renewal = renewal::Obtain>,
{
    let (client, log) = client(provider, vec![reply.clone()]);
    let arm = match done(client.begin(ClientCredentials).obtain()) {
        Ok(session) => Arm::issued(&session),
        Err(TransitionError::Refused { error, .. }) => Arm::Refused(error),
        Err(TransitionError::Untouched { error, .. }) => Arm::Untouched(error),
    };
    assert_eq!(log.lock().unwrap().len(), 1, "each request is sent once");
    arm
}

type Exchanged<P> = Result<
    Session<P, AuthorizationCode, Authorized>,
    TransitionError<P, AuthorizationCode, mailgrant_core::CodeReceived>,
>;

fn exchanged<P: Provider>(client: &Client<P>) -> Exchanged<P>
where
    AuthorizationCode: OfferedBy<P>,
{
    let login = client.begin(AuthorizationCode::returning_to(REDIRECT_URI).unwrap());
    let callback = Callback::parse(&format!("code=the-code&state={STATE}")).unwrap();
    done(login.receive(callback).expect("it is this login's").exchange())
}

/// "See other" (RFC 9110 §15.4.4) may be said of what was done, "not modified" of what is remembered.
fn follows_what_was_done(reply: &Reply) -> bool {
    matches!(reply.status, 303 | 304)
}

/// Checks what an answer came to.
pub fn check(asked: Asked, reply: &Reply, arm: &Arm, may_end: MayEnd) {
    let object = reply.object();
    match arm {
        Arm::Issued(token) => {
            assert!((200..300).contains(&reply.status), "a token out of a failure: {reply:?}");
            if let Some(object) = &object {
                let named = object.get("access_token").and_then(Value::as_str).map(str::as_bytes);
                assert_eq!(named, Some(&token[..]), "a token that was not sent: {reply:?}");
            }
        }
        Arm::Refused(error) => {
            assert_ne!(asked, Asked::Obtain, "nothing was spent: {reply:?}");
            assert!(reply.may_be_a_verdict(), "a verdict by status {}: {reply:?}", reply.status);
            assert_eq!(error.kind(), ErrorKind::AskUser, "{error}");
            if let Some(object) = &object {
                assert!(may_end(asked, object), "ended without a clear word: {reply:?}");
            }
        }
        Arm::Untouched(error) => {
            // After a login the customer is there, to begin again over a token that is of no use.
            assert!(asked == Asked::Exchange || error.kind() != ErrorKind::AskUser, "{error}");
            if asked == Asked::Refresh {
                let clear = matches!(reply.status, 300..=499) && !follows_what_was_done(reply);
                let refused = reply.may_be_a_verdict() && error.provider_code().is_some();
                assert!(clear || refused, "nobody knows whether it was spent: {reply:?}");
                assert!(refused || !matches!(reply.status, 408 | 460 | 499), "somebody on the way gave up: {reply:?}");
            }
        }
        Arm::Uncertain(error) => {
            let kind = if follows_what_was_done(reply) { ErrorKind::Configuration } else { ErrorKind::TryLater };
            assert_eq!((asked, error.kind()), (Asked::Refresh, kind), "{error}");
            let clear = matches!(reply.status, 300..=399 | 429) && !follows_what_was_done(reply);
            assert!(!clear, "a clear answer: {reply:?}");
        }
    }
    if let Arm::Refused(error) | Arm::Untouched(error) | Arm::Uncertain(error) = arm {
        assert_eq!(error.status(), Some(reply.status));
        assert!(error.retry_after().is_none_or(|pause| pause.as_secs() <= 3600), "{error:?}");
        assert!(matches!(error.kind(), ErrorKind::AskUser | ErrorKind::TryLater | ErrorKind::Configuration));
        quiet::expect(error, &reply.body);
    }
}
