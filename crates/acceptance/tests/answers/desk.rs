//! The three verbs at the three providers, over a transport that answers what is laid out.

use std::{future::Future, sync::Arc};

use futures_util::FutureExt;
use mailgrant_core::{
    AuthorizationCode, Bearer, Callback, Client, ClientCredentials, CodeReceived, Credentials, ErrorKind, Host,
    OfferedBy, PendingAuthorization, Profile, Provider, RefreshError, Session, Standing, TokenRecord, TransitionError,
    renewal, secrecy::ExposeSecret, testing::ManualHost,
};
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

use crate::{
    heard::{Heard, pause, seconds},
    reply::Script,
    tables::{means::Means, reply::Reply},
};

/// The answer to the login before, and to whoever tries again.
const GOOD: &str = r#"{"access_token":"first-access-token","refresh_token":"first-refresh-token","expires_in":3600,"scope":"read write","user_id":4711}"#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    GetResponse,
    /// VerticalResponse, generation 1.
    Classic,
    /// VerticalResponse, generation 2.
    Delegated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Exchange,
    Refresh,
    Obtain,
}

/// Every verb that a provider offers.
pub(crate) const OFFERED: [(Who, Verb); 6] = [
    (Who::GetResponse, Verb::Exchange),
    (Who::GetResponse, Verb::Refresh),
    (Who::GetResponse, Verb::Obtain),
    (Who::Classic, Verb::Exchange),
    (Who::Delegated, Verb::Exchange),
    (Who::Delegated, Verb::Refresh),
];

/// One desk for each provider.
pub(crate) struct Desks {
    pub(crate) getresponse: Desk<GetResponse>,
    pub(crate) classic: Desk<VerticalResponse>,
    pub(crate) delegated: Desk<VerticalResponseDelegated>,
}

impl Desks {
    pub(crate) fn open() -> Self {
        Self::of(true)
    }

    /// They look at what an answer means, and not at what the session that is handed back can do.
    pub(crate) fn in_a_hurry() -> Self {
        Self::of(false)
    }

    fn of(thorough: bool) -> Self {
        Self {
            getresponse: Desk::of(GetResponse::retail(), thorough),
            classic: Desk::of(VerticalResponse::production(), thorough),
            delegated: Desk::of(VerticalResponseDelegated::production(), thorough),
        }
    }

    pub(crate) fn profile(&self, who: Who) -> &Profile {
        match who {
            Who::GetResponse => self.getresponse.client.profile(),
            Who::Classic => self.classic.client.profile(),
            Who::Delegated => self.delegated.client.profile(),
        }
    }

    pub(crate) fn ask(&self, (who, verb): (Who, Verb), reply: &Reply) -> Heard {
        match (who, verb) {
            (Who::GetResponse, Verb::Exchange) => self.getresponse.exchange(reply),
            (Who::GetResponse, Verb::Refresh) => self.getresponse.refresh(reply),
            (Who::GetResponse, Verb::Obtain) => self.getresponse.obtain(reply),
            (Who::Classic, Verb::Exchange) => self.classic.exchange(reply),
            (Who::Delegated, Verb::Exchange) => self.delegated.exchange(reply),
            (Who::Delegated, Verb::Refresh) => self.delegated.refresh(reply),
            (Who::Classic | Who::Delegated, _) => unreachable!("it is not offered"),
        }
    }
}

/// A client, and a grant of it whose token has ended. It is always two o'clock on the 1st of January 2026.
pub(crate) struct Desk<P: Provider> {
    client: Client<P>,
    host: ManualHost,
    script: Script,
    login: Login,
    ended: TokenRecord,
    thorough: bool,
}

/// A login that is put aside, the address of its consent page, and what comes back from there.
struct Login {
    pending: Vec<u8>,
    url: String,
    callback: String,
}

impl<P: Provider> Desk<P>
where
    AuthorizationCode: OfferedBy<P>,
{
    fn of(provider: P, thorough: bool) -> Self {
        let (host, script) = (ManualHost::default(), Script::default());
        let client = Client::builder(provider, Credentials::new("id", "secret"), Arc::new(script.clone()))
            .host(Arc::new(host.clone()))
            .build()
            .unwrap();
        script.lay(Reply::ok(GOOD));
        let login = Login::begin(&client);
        let ended = now(login.received(&client).exchange()).unwrap().into_record();
        host.advance(seconds(7200));
        Self { client, host, script, login, ended, thorough }
    }

    /// What the provider answers from now on. Pauses that were asked for are over, at the same time of day.
    fn lay(&self, reply: &Reply) {
        let today = self.host.now();
        self.host.advance(seconds(7200));
        self.host.step(today);
        self.script.lay(reply.clone());
    }

    pub(crate) fn exchange(&self, reply: &Reply) -> Heard {
        self.lay(reply);
        match now(self.login.received(&self.client).exchange()) {
            Ok(session) => Heard::issued(session.into_record(), self.host.now()),
            Err(TransitionError::Refused { session, error }) => {
                assert_eq!((error.kind(), error.code()), (ErrorKind::AskUser, "code_refused"));
                assert_ne!(session.authorize_url().as_str(), self.login.url, "another login begins");
                Heard::failed(Means::Dead, error)
            }
            Err(TransitionError::Untouched { session, error }) => {
                if self.thorough {
                    self.script.lay(Reply::ok(GOOD));
                    assert!(now(session.exchange()).is_ok(), "the code is handed back");
                }
                Heard::untouched(error)
            }
        }
    }

    pub(crate) fn refresh(&self, reply: &Reply) -> Heard
    where
        AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh>,
    {
        self.lay(reply);
        let restored = |record| self.client.restore::<AuthorizationCode>(record).unwrap();
        let Standing::Lapsed(session) = restored(self.ended.clone()) else { panic!("its token has ended") };
        let same =
            |record: &TokenRecord| record.same_refresh_token(&self.ended) && record.same_access_token(&self.ended);
        match now(session.refresh()) {
            Ok(session) => Heard::issued(session.into_record(), self.host.now()),
            Err(RefreshError::Refused { session, error }) => {
                assert_eq!((error.kind(), error.code()), (ErrorKind::AskUser, "grant_refused"));
                assert!(!session.authorize_url().as_str().is_empty());
                Heard::failed(Means::Dead, error)
            }
            Err(RefreshError::Untouched { session, error }) => {
                let record = session.into_record();
                assert!(same(&record), "the grant is as it was");
                assert!(matches!(restored(record), Standing::Lapsed(_)));
                self.assert_closed_for(pause(&error));
                Heard::untouched(error)
            }
            Err(RefreshError::Uncertain { session, error }) => {
                assert!(matches!(error.kind(), ErrorKind::TryLater | ErrorKind::Configuration), "{error:?}");
                let record = session.into_record();
                assert!(same(&record), "nothing is lost but certainty");
                assert!(matches!(restored(record), Standing::Unknown(_)));
                self.assert_closed_for(pause(&error));
                Heard::failed(Means::Uncertain(pause(&error)), error)
            }
        }
    }

    /// A pause is for every account of the app.
    fn assert_closed_for(&self, pause: Option<u64>) {
        let refused = self.client.budget().permit().err();
        let wait = refused.as_ref().and_then(|error| error.retry_after()).map(|wait| wait.as_secs());
        assert_eq!(wait, pause.filter(|pause| *pause > 0));
    }

    /// A live token, and the provider that judges its answers.
    pub(crate) fn bearer(&self) -> (Bearer<P>, P) {
        self.lay(&Reply::ok(GOOD));
        let session = now(self.login.received(&self.client).exchange()).unwrap();
        (session.bearer(), self.client.provider().clone())
    }
}

impl Desk<GetResponse> {
    pub(crate) fn obtain(&self, reply: &Reply) -> Heard {
        self.lay(reply);
        match now(self.client.begin(ClientCredentials).obtain()) {
            Ok(session) => Heard::issued(session.into_record(), self.host.now()),
            Err(TransitionError::Refused { error, .. }) => panic!("there is no customer to ask: {error:?}"),
            Err(TransitionError::Untouched { session, error }) => {
                if self.thorough {
                    self.script.lay(Reply::ok(GOOD));
                    assert!(now(session.obtain()).is_ok(), "it can be asked again");
                }
                Heard::untouched(error)
            }
        }
    }
}

impl Login {
    #[expect(clippy::disallowed_methods, reason = "a test keeps a login in the open")]
    fn begin<P: Provider>(client: &Client<P>) -> Self
    where
        AuthorizationCode: OfferedBy<P>,
    {
        let login = client.begin(AuthorizationCode::returning_to("https://app.example/callback").unwrap());
        let url = login.authorize_url().to_string();
        // Generation 1 has it within the redirect URI.
        let (_, state) = url.rsplit_once("state=").or_else(|| url.rsplit_once("state%3D")).unwrap();
        let callback = format!("code=the-code-itself&state={state}");
        Self { pending: login.into_pending().encode().expose_secret().to_vec(), url, callback }
    }

    /// It has its code.
    fn received<P: Provider>(&self, client: &Client<P>) -> Session<P, AuthorizationCode, CodeReceived>
    where
        AuthorizationCode: OfferedBy<P>,
    {
        let pending = PendingAuthorization::decode(&self.pending).unwrap();
        let login = client.resume::<AuthorizationCode>(pending).unwrap();
        login.receive(Callback::parse(&self.callback).unwrap()).unwrap()
    }
}

/// Nothing here waits.
fn now<T>(verb: impl Future<Output = T>) -> T {
    verb.now_or_never().unwrap()
}
