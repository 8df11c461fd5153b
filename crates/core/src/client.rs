//! Client: an app's credentials at an environment.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Response;

use crate::{
    Binding, ByConsent, ByProvider, Callback, ClientIdentity, ClientSecret, Error, Grant, GrantKind, Host, Lookup,
    OfferedBy, PendingAuthorization, Profile, Provider, RefreshBudget, Renewal, RenewalKind, Request, Session,
    Standing, SystemHost, TokenRecord, Transport, Unauthorized,
    bearer::ApiTarget,
    login::Login,
    machine::{Machine, UnauthorizedState},
    session, wire,
};

/// An app's credentials at one environment of a provider, with what it takes to speak to it.
///
/// Clones are cheap and share everything; make one for each app and environment.
///
/// ```no_run
/// use mailgrant_core::{AuthorizationCode, Callback, Client, Credentials, Error, OfferedBy, Provider, renewal};
///
/// # async fn example<P: Provider>(provider: P, read_line: fn() -> String) -> Result<(), Error>
/// # where AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh> {
/// let client = Client::new(provider, Credentials::new("client-id", "client-secret"))?;
/// let login = client.begin(AuthorizationCode::registered());
/// println!("open {}", login.authorize_url());
/// let callback = Callback::parse(&read_line())?;
/// let session = login.receive(callback)?.exchange().await?;
/// let answer = client.send(session.bearer().request(http::Method::GET, "/accounts")?).await?;
/// println!("{}", answer.status());
/// # Ok(()) }
/// ```
pub struct Client<P: Provider>(Arc<Inner<P>>);

struct Inner<P> {
    provider: P,
    identity: ClientIdentity,
    credentials: Credentials,
    transport: Arc<dyn Transport>,
    host: Arc<dyn Host>,
    budget: RefreshBudget,
    target: Arc<ApiTarget>,
}

/// An app's id and secret, as the provider's panel shows them.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) id: Arc<str>,
    pub(crate) secret: ClientSecret,
}

impl Credentials {
    /// The id and the secret, exactly as shown.
    #[must_use]
    pub fn new(id: impl AsRef<str>, secret: impl Into<ClientSecret>) -> Self {
        Self { id: id.as_ref().into(), secret: secret.into() }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").field("id", &self.id).finish_non_exhaustive()
    }
}

impl<P: Provider> Client<P> {
    /// A client over the hardened reqwest transport, on the system's host.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if there is no id or secret.
    #[cfg(feature = "reqwest")]
    pub fn new(provider: P, credentials: Credentials) -> Result<Self, Error> {
        let transport = crate::ReqwestTransport::builder().build()?;
        Self::builder(provider, credentials, Arc::new(transport)).build()
    }

    /// A client over a transport of one's own.
    ///
    /// ```
    /// # use {mailgrant_core::*, std::sync::Arc};
    /// # fn example<P: Provider>(provider: P, through_a_proxy: impl Transport) -> Result<Client<P>, Error> {
    /// let credentials = Credentials::new("client-id", "client-secret");
    /// Client::builder(provider, credentials, Arc::new(through_a_proxy)).build()
    /// # }
    /// ```
    pub fn builder(provider: P, credentials: Credentials, transport: Arc<dyn Transport>) -> ClientBuilder<P> {
        ClientBuilder { provider, credentials, transport, host: SystemHost::shared(), budget: None }
    }

    /// The same app and transport at another environment.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # fn example<P: Provider>(here: Client<P>, other_environment: P) -> Result<(), Error> {
    /// let there = here.at(other_environment)?;
    /// assert_eq!(there.identity().client_id, here.identity().client_id);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn at<Q: Provider>(&self, provider: Q) -> Result<Client<Q>, Error> {
        Client::builder(provider, self.0.credentials.clone(), self.0.transport.clone())
            .host(self.0.host.clone())
            .build()
    }

    /// Begins a grant that the provider offers.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # fn example<P: Provider>(client: Client<P>) -> Result<(), Error> where AuthorizationCode: OfferedBy<P> {
    /// let login = client.begin(AuthorizationCode::returning_to("https://app.example/callback")?);
    /// println!("open {}", login.authorize_url());
    /// # Ok(()) }
    /// ```
    pub fn begin<G: OfferedBy<P> + ByProvider>(&self, grant: G) -> Session<P, G, Unauthorized> {
        session::begin(self, grant, <G::Renewal as Renewal>::KIND)
    }

    /// Where the login that `callback` claims to finish lies, for whoever is bound by `binding`.
    ///
    /// ```
    /// # use {mailgrant_core::*, std::collections::HashMap};
    /// # type Logins = HashMap<Lookup, PendingAuthorization>;
    /// # async fn example<P: Provider>(client: Client<P>, query: &str, session_cookie: &str, mut logins: Logins)
    /// # -> Result<Option<TokenRecord>, Error>
    /// # where AuthorizationCode: OfferedBy<P> {
    /// let callback = Callback::parse(query)?;
    /// let lookup = client.lookup(&callback, &Binding::browser(session_cookie)?)?;
    /// let Some(pending) = logins.remove(&lookup) else { return Ok(None) }; // no login of this browser's
    /// let login = client.resume::<AuthorizationCode>(pending)?;
    /// Ok(Some(login.receive(callback)?.exchange().await?.into_record()))
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AskUser`](crate::ErrorKind::AskUser) if the callback does not say which login it is of, though
    /// this environment [marks](Profile::binding) its callbacks.
    pub fn lookup(&self, callback: &Callback, binding: &Binding) -> Result<Lookup, Error> {
        callback.lookup(binding, self.profile().binding)
    }

    /// Takes up a login that was put aside.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(client: Client<P>, pending: PendingAuthorization, callback: Callback)
    /// # -> Result<(), Error>
    /// # where AuthorizationCode: OfferedBy<P> {
    /// let login = client.resume::<AuthorizationCode>(pending)?;
    /// let session = login.receive(callback)?.exchange().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if it is of another grant, app, environment or
    /// provider.
    pub fn resume<G: OfferedBy<P> + ByConsent>(
        &self,
        pending: PendingAuthorization,
    ) -> Result<Session<P, G, Unauthorized>, Error> {
        self.resume_any(pending)
    }

    pub(crate) fn resume_any<G: Grant>(
        &self,
        pending: PendingAuthorization,
    ) -> Result<Session<P, G, Unauthorized>, Error> {
        pending.identity.expect(self.identity())?;
        expect_grant::<G>(pending.grant)?;
        let grant = G::restored(pending.redirect_uri.as_deref())?;
        Ok(Session::new(self.clone(), grant, pending.renewal, Machine::<Unauthorized>::begin(pending.login)))
    }

    /// Wakes a session that was put to rest; where it stands is for the clock to say.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(client: Client<P>, record: TokenRecord) -> Result<Option<AuthorizeUrl>, Error>
    /// # where AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh> {
    /// let session = match client.restore::<AuthorizationCode>(record)? {
    ///     Standing::Live(session) => session,
    ///     Standing::Lapsed(session) => session.refresh().await?, // its record is to be stored at once
    ///     Standing::Unknown(session) => session.replay().await?, // a decision: see there
    ///     Standing::Absent(login) => return Ok(Some(login.authorize_url())), // the customer has to be asked
    /// };
    /// # Ok(None) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if it is of another grant, app, environment or
    /// provider.
    pub fn restore<G: OfferedBy<P>>(&self, record: TokenRecord) -> Result<Standing<P, G>, Error> {
        self.restore_any(record, <G::Renewal as Renewal>::KIND)
    }

    pub(crate) fn restore_any<G: Grant>(
        &self,
        record: TokenRecord,
        renewal: RenewalKind,
    ) -> Result<Standing<P, G>, Error> {
        record.identity.expect(self.identity())?;
        expect_grant::<G>(record.grant)?;
        let grant = G::restored(record.redirect_uri.as_deref())?;
        Ok(session::wake(self, grant, renewal, record.unknown, record.issued))
    }

    /// Sends a request that [`Bearer::request`](crate::Bearer::request) built, over the same transport: no redirect
    /// is followed. Within 30 seconds, with an answer of up to 16 MiB.
    ///
    /// ```
    /// # use mailgrant_core::{*, http::Method};
    /// # async fn example<P: Provider>(client: Client<P>, bearer: Bearer<P>) -> Result<(), Error> {
    /// let answer = client.send(bearer.request(Method::GET, "/accounts")?).await?;
    /// println!("{}: {} bytes", answer.status(), answer.body().len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if it does not go to this environment's API, or
    /// [`ErrorKind::TryLater`](crate::ErrorKind::TryLater) if no answer came. An answer of any status is none.
    pub async fn send(&self, request: http::Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let api = self.profile().endpoints.api.uri();
        if request.uri().scheme() != api.scheme() || request.uri().authority() != api.authority() {
            return Err(Error::configuration(
                "host_mismatch",
                "the request does not go to the API of this client's environment: build it with `Bearer::request`",
            ));
        }
        let request = Request::new(request, Duration::from_secs(30), 16 * 1024 * 1024);
        self.0.transport.send(request).await.map_err(wire::unanswered)
    }

    /// The provider, at this client's environment.
    #[must_use]
    pub fn provider(&self) -> &P {
        &self.0.provider
    }

    /// How the environment wants to be spoken to.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        self.0.provider.profile()
    }

    /// Which app this is, where.
    #[must_use]
    pub fn identity(&self) -> &ClientIdentity {
        &self.0.identity
    }

    /// The budget that every renewal of this client is drawn from.
    #[must_use]
    pub fn budget(&self) -> &RefreshBudget {
        &self.0.budget
    }

    /// Where this client takes time, chance and tasks from.
    #[must_use]
    pub fn host(&self) -> &Arc<dyn Host> {
        &self.0.host
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.0.transport
    }

    pub(crate) fn api_target(&self) -> Arc<ApiTarget> {
        self.0.target.clone()
    }

    pub(crate) fn draw_login(&self, grant: &impl Grant) -> Login {
        let profile = self.profile();
        Login::draw(&*self.0.host, profile.pkce, profile.binding, grant.redirect_uri())
    }
}

impl<P: Provider> Clone for Client<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<P: Provider> fmt::Debug for Client<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("identity", &self.0.identity).finish_non_exhaustive()
    }
}

/// What a [`Client`] can be made with.
#[must_use = "nothing is made until `build`"]
pub struct ClientBuilder<P: Provider> {
    provider: P,
    credentials: Credentials,
    transport: Arc<dyn Transport>,
    host: Arc<dyn Host>,
    budget: Option<RefreshBudget>,
}

impl<P: Provider> fmt::Debug for ClientBuilder<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientBuilder").field("provider", &self.provider).finish_non_exhaustive()
    }
}

impl<P: Provider> ClientBuilder<P> {
    /// Another host than the system's.
    pub fn host(mut self, host: Arc<dyn Host>) -> Self {
        self.host = host;
        self
    }

    /// A budget shared with another client of the same app, instead of one of the profile's pace.
    pub fn budget(mut self, budget: RefreshBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if there is no id or secret.
    pub fn build(self) -> Result<Client<P>, Error> {
        if self.credentials.id.is_empty() || wire::is_empty(&self.credentials.secret) {
            return Err(Error::configuration(
                "credentials_missing",
                "an app has an id and a secret: copy both from the provider's panel",
            ));
        }
        let profile = self.provider.profile();
        let identity = ClientIdentity {
            provider: P::NAME.to_owned(),
            environment: profile.environment.clone(),
            client_id: self.credentials.id.as_ref().to_owned(),
        };
        let budget = self.budget.unwrap_or_else(|| RefreshBudget::new(profile.pace, self.host.clone()));
        let judge = self.provider.clone();
        let target = ApiTarget {
            base: profile.endpoints.api.clone(),
            headers: profile.api_headers.clone(),
            judge: Box::new(move |answer| judge.verdict(answer)),
        };
        Ok(Client(Arc::new(Inner {
            provider: self.provider,
            identity,
            credentials: self.credentials,
            transport: self.transport,
            host: self.host,
            budget,
            target: Arc::new(target),
        })))
    }
}

fn expect_grant<G: Grant>(kind: GrantKind) -> Result<(), Error> {
    if kind == G::KIND {
        return Ok(());
    }
    Err(Error::configuration(
        "grant_mismatch",
        format!("this is of the grant `{}`, not `{}`", kind.name(), G::KIND.name()),
    ))
}
