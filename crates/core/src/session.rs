//! Session: one grant in one state, with what every grant can do.

use std::fmt;

use crate::{
    AnyProvider, Authorized, Bearer, ByConsent, ByProvider, Client, Expired, Expiry, Grant, OfferedBy, Provider,
    RenewalKind, Standing, State, TokenRecord, Unauthorized, Uncertain,
    issued::Issued,
    login::Login,
    machine::{AuthorizedState, ExpiredState, Machine, UnauthorizedState, UncertainState},
};

/// One grant: at provider `P`, come by through grant `G`, in state `S`.
///
/// A verb exists only in the states in which it makes sense, takes the session by value, and answers with
/// the session in its next state. A verb that fails hands the session back inside its error. Types order
/// the verbs; they do not stop clocks: [`Authorized`] is what was true when it was last looked at, and
/// [`check`](Self::check) looks again.
///
/// You will hardly ever write the three parameters: keep a session in a local variable, and between
/// requests keep its [`PendingAuthorization`](crate::PendingAuthorization) or [`TokenRecord`].
#[must_use = "a session is the only handle on its grant: use it, or put it to rest with `into_record` or `into_pending`"]
pub struct Session<P: Provider, G: Grant, S: State> {
    client: Client<P>,
    grant: G,
    renewal: RenewalKind,
    machine: Machine<S>,
}

impl<P: Provider, G: Grant, S: State> Session<P, G, S> {
    pub(crate) fn new(client: Client<P>, grant: G, renewal: RenewalKind, machine: Machine<S>) -> Self {
        Self { client, grant, renewal, machine }
    }

    /// The client that this session speaks through.
    #[must_use]
    pub fn client(&self) -> &Client<P> {
        &self.client
    }

    pub(crate) fn grant(&self) -> &G {
        &self.grant
    }

    pub(crate) fn renewal(&self) -> RenewalKind {
        self.renewal
    }

    pub(crate) fn machine(&self) -> &Machine<S> {
        &self.machine
    }

    pub(crate) fn into_machine(self) -> Machine<S> {
        self.machine
    }

    /// The only way to another state: an edge of the automaton.
    pub(crate) fn step<N: State>(self, edge: impl FnOnce(Machine<S>) -> Machine<N>) -> Session<P, G, N> {
        Session { client: self.client, grant: self.grant, renewal: self.renewal, machine: edge(self.machine) }
    }

    /// The one-time values of a login to come.
    pub(crate) fn draw_login(&self) -> Login {
        self.client.draw_login(&self.grant)
    }

    fn rest(self, unknown: bool, issued: impl FnOnce(Machine<S>) -> Issued) -> TokenRecord {
        let (client, grant, renewal) = (self.client, self.grant, self.renewal);
        TokenRecord::new(&client, &grant, renewal, unknown, issued(self.machine))
    }
}

impl<P: Provider, G: Grant> Session<P, G, Authorized> {
    /// The token, on its way into a header.
    ///
    /// ```
    /// # use mailgrant_core::{*, http::Method};
    /// # async fn example<P: Provider, G: Grant>(session: Session<P, G, Authorized>) -> Result<(), Error> {
    /// let request = session.bearer().request(Method::GET, "/accounts")?;
    /// println!("{}", session.client().send(request).await?.status());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn bearer(&self) -> Bearer<P> {
        Bearer::new(self.client.api_target(), &self.machine.issued().access, self.expires_at(), None)
    }

    pub(crate) fn any_bearer(&self) -> Bearer<AnyProvider> {
        Bearer::new(self.client.api_target(), &self.machine.issued().access, self.expires_at(), None)
    }

    /// When the token ends, as far as is known.
    #[must_use]
    pub fn expires_at(&self) -> Expiry {
        self.machine.issued().expiry
    }

    /// Whose account it is, as the provider names it, where its answer said so.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # fn example<P: Provider, G: Grant>(session: Session<P, G, Authorized>) {
    /// println!("connected: {}", session.account_id().unwrap_or("an account without a name"));
    /// # }
    /// ```
    #[must_use]
    pub fn account_id(&self) -> Option<&str> {
        self.machine.issued().account_id.as_deref()
    }

    /// Looks at the clock: the session is live, has lapsed, or is over.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(session: Session<P, AuthorizationCode, Authorized>)
    /// # -> Result<Option<AuthorizeUrl>, Error>
    /// # where AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh> {
    /// let session = match session.check() {
    ///     Standing::Live(session) => session,
    ///     Standing::Lapsed(session) => session.refresh().await?, // its record is to be stored at once
    ///     Standing::Absent(login) => return Ok(Some(login.authorize_url())), // the customer has to be asked
    ///     Standing::Unknown(session) => session.replay().await?, // of a `restore`, never of a check
    /// };
    /// # Ok(None) }
    /// ```
    pub fn check(self) -> Standing<P, G> {
        if self.expires_at().is_past(self.client.host().now()) { self.lapse() } else { Standing::Live(self) }
    }

    /// Says that the token has ended, whatever the clock says: the provider rejected it.
    ///
    /// It lapses where there is a way on without the customer, and is over where there is none.
    ///
    /// ```
    /// # use mailgrant_core::{*, http::Response, bytes::Bytes};
    /// # async fn example<P: Provider>(session: Session<P, AuthorizationCode, Authorized>,
    /// #     answer: Response<Bytes>, store: impl Fn(TokenRecord)) -> Result<(), Error>
    /// # where AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh> {
    /// if session.bearer().is_rejected_by(&answer) {
    ///     match session.expire() {
    ///         Standing::Lapsed(session) => store(session.refresh().await?.into_record()),
    ///         standing => println!("the customer has to be asked: {standing:?}"),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn expire(self) -> Standing<P, G>
    where
        G: ByProvider,
    {
        self.lapse()
    }

    pub(crate) fn lapse(self) -> Standing<P, G> {
        let way_on = match self.renewal {
            RenewalKind::Refresh => self.machine.issued().refresh.is_some(),
            RenewalKind::Obtain => true,
            RenewalKind::Never => false,
        };
        if way_on { Standing::Lapsed(self.step(AuthorizedState::lapsed)) } else { Standing::Absent(self.over()) }
    }

    /// Begins a new login for the same grant; the old token is dropped.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # fn example<P: Provider>(session: Session<P, Implicit, Authorized>) where Implicit: OfferedBy<P> {
    /// println!("connect another account: {}", session.reauthorize().authorize_url());
    /// # }
    /// ```
    pub fn reauthorize(self) -> Session<P, G, Unauthorized>
    where
        G: OfferedBy<P> + ByConsent,
    {
        let next = self.draw_login();
        self.step(|machine| machine.begun_anew(next))
    }

    /// The session at rest, to be stored and [restored](Client::restore).
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # fn example<P: Provider, G: Grant>(session: Session<P, G, Authorized>) {
    /// let bytes = session.into_record().encode(); // to be sealed
    /// # }
    /// ```
    #[must_use]
    pub fn into_record(self) -> TokenRecord {
        self.rest(false, AuthorizedState::put_to_rest)
    }

    fn over(self) -> Session<P, G, Unauthorized> {
        let next = self.draw_login();
        self.step(|machine| machine.ended(next))
    }
}

impl<P: Provider, G: Grant> Session<P, G, Expired> {
    /// Begins a new login for the same grant; the old tokens are dropped.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # fn example<P: Provider>(session: Session<P, Implicit, Expired>) where Implicit: OfferedBy<P> {
    /// println!("there is no refresh: {}", session.reauthorize().authorize_url());
    /// # }
    /// ```
    pub fn reauthorize(self) -> Session<P, G, Unauthorized>
    where
        G: OfferedBy<P> + ByConsent,
    {
        let next = self.draw_login();
        self.step(|machine| machine.begun_anew(next))
    }

    /// The session at rest. Its old token is in it, and good for as long as it is good.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(session: Session<P, AuthorizationCode, Expired>, store: impl Fn(TokenRecord))
    /// # where AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh> {
    /// if let Err(RefreshError::Untouched { session, .. }) = session.refresh().await {
    ///     store(session.into_record()); // and try later
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn into_record(self) -> TokenRecord {
        self.rest(false, ExpiredState::put_to_rest_lapsed)
    }
}

impl<P: Provider, G: Grant> Session<P, G, Uncertain> {
    /// Begins a new login for the same grant; the old tokens are dropped.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # fn example<P: Provider>(session: Session<P, AuthorizationCode, Uncertain>) where AuthorizationCode: OfferedBy<P> {
    /// println!("instead of a replay: {}", session.reauthorize().authorize_url());
    /// # }
    /// ```
    pub fn reauthorize(self) -> Session<P, G, Unauthorized>
    where
        G: OfferedBy<P> + ByConsent,
    {
        let next = self.draw_login();
        self.step(|machine| machine.begun_anew(next))
    }

    /// The session at rest, with the fact that its refresh token may be spent.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(session: Session<P, AuthorizationCode, Expired>, store: impl Fn(TokenRecord))
    /// # where AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh> {
    /// if let Err(RefreshError::Uncertain { session, .. }) = session.refresh().await {
    ///     store(session.into_record()); // restored, it is `Standing::Unknown`
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn into_record(self) -> TokenRecord {
        self.rest(true, UncertainState::put_to_rest_unknown)
    }
}

impl<P: Provider, G: Grant, S: State> fmt::Debug for Session<P, G, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Session")
            .field("provider", &P::NAME)
            .field("environment", &self.client.profile().environment)
            .field("grant", &self.grant)
            .field("machine", &self.machine)
            .finish()
    }
}

/// Wakes what a record holds, in the state in which the clock and the record's own word put it.
pub(crate) fn wake<P: Provider, G: Grant>(
    client: &Client<P>,
    grant: G,
    renewal: RenewalKind,
    unknown: bool,
    issued: Issued,
) -> Standing<P, G> {
    let client = client.clone();
    if unknown {
        let machine = Machine::<Uncertain>::wake_unknown(issued);
        return Standing::Unknown(Session::new(client, grant, renewal, machine));
    }
    let machine = Machine::<Authorized>::wake_live(issued);
    Session::new(client, grant, renewal, machine).check()
}

pub(crate) fn begin<P: Provider, G: Grant>(
    client: &Client<P>,
    grant: G,
    renewal: RenewalKind,
) -> Session<P, G, Unauthorized> {
    let machine = Machine::<Unauthorized>::begin(client.draw_login(&grant));
    Session::new(client.clone(), grant, renewal, machine)
}
