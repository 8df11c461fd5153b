//! The story of a grant that can be refreshed, which GetResponse shares with VerticalResponse's second generation.

use mailgrant_core::{
    AuthorizationCode, Authorized, Client, Error, ErrorKind, Expired, Expiry, OfferedBy, Provider, RefreshError,
    Session, Standing, TokenRecord, Unauthorized, renewal,
};
use mailgrant_emulator::{Fault, Target};

use crate::{
    bench::Bench,
    login,
    oracle::{Customer, Cycle, End, Page, Trip, Verdict},
};

/// What is to be expected of it, by the settings.
pub(crate) struct Expected {
    pub(crate) cycles: [Cycle; 3],
    /// Whether each refresh brings another refresh token.
    pub(crate) rotates: bool,
    /// Whether a token says how long it lives.
    pub(crate) life_named: bool,
    /// A refresh token that is dead.
    pub(crate) dead: Verdict,
    /// An app whose secret is wrong.
    pub(crate) wrong_client: Verdict,
    /// Too many requests.
    pub(crate) paused: Verdict,
    /// Whether a customer who removes the app ends the access token too.
    pub(crate) removal_ends_access: bool,
}

/// The same, with who plays it.
pub(crate) struct Story<P: Provider> {
    pub(crate) client: Client<P>,
    pub(crate) wrong_client: Client<P>,
    pub(crate) path: &'static str,
    pub(crate) customer: Customer,
    pub(crate) expected: Expected,
}

/// A login that nothing stands in the way of.
const PLAIN: Trip = Trip { page: Page::Granted, end: End::Connected };

type Code = AuthorizationCode;

impl<P: Provider> Story<P>
where
    AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh>,
{
    /// Calls, is rejected for its age, refreshes, three times over; is paused; is revoked in every way that an
    /// emulator knows, each time with the customer asked again.
    pub(crate) async fn play(
        &self,
        bench: &mut Bench,
        session: Session<P, Code, Authorized>,
    ) -> Session<P, Code, Authorized> {
        let mut session = self.with_a_wrong_secret(bench, session).await;
        for cycle in &self.expected.cycles {
            session = self.cycle(bench, session, cycle).await;
        }
        session = self.through_a_pause(bench, session).await;

        bench.emulator.revoke_access_tokens();
        bench.call_is_rejected(&self.client, &session.bearer(), self.path, 401).await;
        session = self.renewed(bench, session).await;

        bench.emulator.revoke_grants();
        self.call_works(bench, &session).await;
        session = self.refused(bench, session).await;

        bench.emulator.revoke_by_user();
        if self.expected.removal_ends_access {
            bench.call_is_rejected(&self.client, &session.bearer(), self.path, 401).await;
        } else {
            self.call_works(bench, &session).await;
        }
        self.refused(bench, session).await
    }

    /// Asks the customer once more, and calls.
    pub(crate) async fn connected(
        &self,
        bench: &mut Bench,
        login: Session<P, Code, Unauthorized>,
    ) -> Session<P, Code, Authorized> {
        let session = login::go(bench, login, self.customer, &PLAIN).await.unwrap();
        self.call_works(bench, &session).await;
        session
    }

    pub(crate) async fn call_works(&self, bench: &mut Bench, session: &Session<P, Code, Authorized>) {
        bench.call_works(&self.client, &session.bearer(), self.path).await;
    }

    async fn cycle(
        &self,
        bench: &mut Bench,
        session: Session<P, Code, Authorized>,
        cycle: &Cycle,
    ) -> Session<P, Code, Authorized> {
        let named = session.expires_at() != Expiry::Unknown;
        assert_eq!(named, self.expected.life_named);
        let Standing::Live(session) = session.check() else { panic!("it has just begun") };
        bench.pass(cycle.seconds);
        bench.call_is_rejected(&self.client, &session.bearer(), self.path, 401).await;
        let session = match session.check() {
            Standing::Lapsed(lapsed) if named => self.client.restore(lapsed.into_record()).unwrap(),
            Standing::Live(session) if !named => session.expire(),
            standing => panic!("named: {named}, {standing:?}"),
        };
        let Standing::Lapsed(lapsed) = session else { panic!("it can be refreshed") };
        let record = lapsed.into_record();
        if cycle.renewed { self.renew(bench, record).await } else { self.refuse(bench, record).await }
    }

    /// The refresh works, and a call with what it brings.
    pub(crate) async fn renewed(
        &self,
        bench: &mut Bench,
        session: Session<P, Code, Authorized>,
    ) -> Session<P, Code, Authorized> {
        let record = lapsed(session);
        self.renew(bench, record).await
    }

    /// The refresh is refused, so the customer is asked again.
    pub(crate) async fn refused(
        &self,
        bench: &mut Bench,
        session: Session<P, Code, Authorized>,
    ) -> Session<P, Code, Authorized> {
        let record = lapsed(session);
        self.refuse(bench, record).await
    }

    async fn renew(&self, bench: &mut Bench, old: TokenRecord) -> Session<P, Code, Authorized> {
        let lapsed = woken(&self.client, old.clone());
        let session = lapsed.refresh().await.unwrap();
        bench.token_request(|counters| &mut counters.refreshes);
        let new = session.into_record();
        assert!(!new.same_access_token(&old), "another access token");
        assert_eq!(!new.same_refresh_token(&old), self.expected.rotates, "another refresh token");
        bench.show(&new);
        let Standing::Live(session) = self.client.restore(new).unwrap() else { panic!("it is new") };
        self.call_works(bench, &session).await;
        session
    }

    async fn refuse(&self, bench: &mut Bench, record: TokenRecord) -> Session<P, Code, Authorized> {
        let lapsed = woken(&self.client, record);
        bench.token_request(|counters| &mut counters.refusals);
        let Err(RefreshError::Refused { session, error }) = lapsed.refresh().await else { panic!("it is dead") };
        bench.judge(&error, true, &self.expected.dead);
        self.connected(bench, *session).await
    }

    /// Our own mistake costs no grant.
    async fn with_a_wrong_secret(
        &self,
        bench: &mut Bench,
        session: Session<P, Code, Authorized>,
    ) -> Session<P, Code, Authorized> {
        let record = lapsed(session);
        let lapsed = woken(&self.wrong_client, record);
        bench.token_request(|counters| &mut counters.refusals);
        let session = untouched(bench, lapsed.refresh().await, &self.expected.wrong_client);
        let Standing::Live(session) = awake(&self.client, session.into_record()) else { panic!("it still lives") };
        self.call_works(bench, &session).await;
        session
    }

    /// The provider asks for a pause: it is kept, and costs nothing.
    async fn through_a_pause(
        &self,
        bench: &mut Bench,
        session: Session<P, Code, Authorized>,
    ) -> Session<P, Code, Authorized> {
        bench.strike(Fault::RateLimit, Target::Api);
        let called = bench.call(&self.client, &session.bearer(), self.path).await;
        assert!(!called.rejected && !called.answer.status().is_success(), "a pause is no rejection");
        bench.strike(Fault::RateLimit, Target::Token);
        bench.token_request_in_vain();
        let lapsed = woken(&self.client, lapsed(session));
        let lapsed = untouched(bench, lapsed.refresh().await, &self.expected.paused);
        let pause = self.expected.paused.pause.unwrap();
        let closed = Verdict::new(ErrorKind::TryLater, "provider_paused").after(pause);
        let lapsed = untouched(bench, lapsed.refresh().await, &closed);
        bench.host.advance(pause);
        self.renew(bench, lapsed.into_record()).await
    }
}

/// The session as it was, after a refresh that failed as expected.
fn untouched<P: Provider>(
    bench: &mut Bench,
    refreshed: Result<Session<P, Code, Authorized>, RefreshError<P, Code>>,
    expected: &Verdict,
) -> Session<P, Code, Expired> {
    let setback = refreshed.unwrap_err();
    bench.hear(&setback);
    let RefreshError::Untouched { session, error } = setback else { panic!("not untouched: {setback:?}") };
    bench.judge(&error, false, expected);
    *session
}

/// The record of a session whose token is said to have ended.
fn lapsed<P: Provider>(session: Session<P, Code, Authorized>) -> TokenRecord {
    let Standing::Lapsed(lapsed) = session.expire() else { panic!("it can be refreshed") };
    lapsed.into_record()
}

/// The record woken, by whichever of the app's clients, and said to have ended.
fn woken<P>(client: &Client<P>, record: TokenRecord) -> Session<P, Code, Expired>
where
    P: Provider,
    AuthorizationCode: OfferedBy<P>,
{
    match awake(client, record) {
        Standing::Live(session) => match session.expire() {
            Standing::Lapsed(lapsed) => lapsed,
            standing => panic!("{standing:?}"),
        },
        Standing::Lapsed(lapsed) => lapsed,
        standing => panic!("{standing:?}"),
    }
}

fn awake<P>(client: &Client<P>, record: TokenRecord) -> Standing<P, Code>
where
    P: Provider,
    AuthorizationCode: OfferedBy<P>,
{
    let standing: Result<_, Error> = client.restore(record);
    standing.unwrap()
}
