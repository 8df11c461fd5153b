//! RefreshBudget: how often the token endpoint may be asked for a renewal.

use std::{
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, keyed::HashMapStateStore},
};

use crate::{Error, Host, Pace};

/// How often one app may ask one token endpoint for a renewal: for all of its accounts together, and for
/// each of them.
///
/// Every [`Client`](crate::Client) has one; its clones share it. A refresh is sent only against a
/// [`Permit`] that this gave out. A `Retry-After` of the provider closes it for everybody.
///
/// ```
/// # use {mailgrant_core::*, std::sync::Arc};
/// # fn example<P: Provider>(client: Client<P>, provider: P, app: Credentials, transport: Arc<dyn Transport>)
/// # -> Result<(), Error> {
/// let budget = client.budget().clone(); // the same app at the same endpoint: one budget
/// let over_a_proxy = Client::builder(provider, app, transport).budget(budget).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct RefreshBudget(Arc<Inner>);

/// Who wants a renewal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Urgency {
    /// Somebody who asked for a token.
    Demand,
    /// Nobody yet.
    Upkeep,
}

struct Inner {
    host: Arc<dyn Host>,
    all: Limiter<NotKeyed, InMemoryState>,
    window: Option<Limiter<NotKeyed, InMemoryState>>,
    upkeep: Limiter<NotKeyed, InMemoryState>,
    each: Limiter<u64, HashMapStateStore<u64>>,
    parallel: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Permits that are out.
    out: u32,
    /// The provider asked for a pause until then.
    closed_until: Duration,
    /// Somebody was told to wait until then.
    wanted_until: Duration,
}

type Limiter<K, S> = RateLimiter<K, S, HostClock, NoOpMiddleware<Nanos>>;

/// Accounts remembered before those that have been idle are forgotten.
const SWEEP_AT: usize = 4096;

/// How long to wait for one of the permits that are out: a fraction of what a renewal takes.
const ONE_RETURNS: Duration = Duration::from_millis(50);

impl RefreshBudget {
    /// A budget of so many renewals for the app; each account may ask once a second, five times at once.
    ///
    /// ```
    /// # use mailgrant_core::{Error, Pace, RefreshBudget, testing::ManualHost};
    /// # fn main() -> Result<(), Error> {
    /// # let host = std::sync::Arc::new(ManualHost::default());
    /// let budget = RefreshBudget::new(Pace::new(1, 2), host);
    /// let (_first, _second) = (budget.permit()?, budget.permit()?);
    /// assert!(budget.permit().is_err_and(|error| error.retry_after().is_some()));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn new(pace: Pace, host: Arc<dyn Host>) -> Self {
        let clock = HostClock(host.clone());
        let limiter = |quota| RateLimiter::new(quota, InMemoryState::default(), clock.clone());
        let all = Quota::per_second(pace.per_second).allow_burst(pace.burst);
        let window = pace
            .window
            .and_then(|(calls, period)| Some(limiter(Quota::with_period(period / calls.get())?.allow_burst(calls))));
        // A burst of a quarter of a second, so that catching up after an outage is no wave of its own.
        let share = four_fifths(pace.per_second);
        let upkeep = Quota::per_second(share).allow_burst(at_least_one(share.get() / 4));
        let each = Pace::new(1, 5);
        let each = Quota::per_second(each.per_second).allow_burst(each.burst);
        Self(Arc::new(Inner {
            all: limiter(all),
            window,
            upkeep: limiter(upkeep),
            each: RateLimiter::new(each, HashMapStateStore::default(), clock),
            parallel: pace.parallel.get(),
            state: Mutex::default(),
            host,
        }))
    }

    /// Leave to send one renewal.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`](crate::ErrorKind::TryLater), with the time to wait: the budget is spent, or the
    /// provider asked for a pause.
    pub fn permit(&self) -> Result<Permit, Error> {
        self.draw(Urgency::Demand)
    }

    /// Leave to send one renewal for the account of this number (a hash of its key will do).
    ///
    /// # Errors
    ///
    /// As [`permit`](Self::permit), also when this account alone has spent its share.
    pub fn permit_for(&self, account: u64) -> Result<Permit, Error> {
        if self.0.each.len() >= SWEEP_AT {
            self.0.each.retain_recent();
        }
        self.0.each.check_key(&account).map_err(|not_until| spent(not_until.wait_time_from(self.0.nanos())))?;
        self.draw(Urgency::Demand)
    }

    /// Leave to send one renewal that nobody asked for. Those get at most four fifths of the budget, and nothing while
    /// somebody who asked is kept waiting.
    ///
    /// ```
    /// # use mailgrant_core::{Error, Pace, RefreshBudget, testing::ManualHost};
    /// # fn main() -> Result<(), Error> {
    /// # let host = std::sync::Arc::new(ManualHost::default());
    /// let budget = RefreshBudget::new(Pace::new(100, 1), host);
    /// let _asked_for = budget.permit()?;
    /// assert!(budget.permit().is_err()); // somebody has to wait ...
    /// assert!(budget.permit_for_upkeep().is_err()); // ... and so has whatever nobody waits for
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`permit`](Self::permit), also when the share of upkeep is spent, or somebody who asked is kept waiting.
    pub fn permit_for_upkeep(&self) -> Result<Permit, Error> {
        self.draw(Urgency::Upkeep)
    }

    /// Gives no permits for `pause`: the provider asked for it. Capped at an hour.
    pub fn close_for(&self, pause: Duration) {
        let until = self.0.host.monotonic() + pause.min(Duration::from_secs(3600));
        let mut state = self.0.state();
        state.closed_until = until.max(state.closed_until);
    }

    fn draw(&self, urgency: Urgency) -> Result<Permit, Error> {
        let inner = &self.0;
        let now = inner.host.monotonic();
        let mut state = inner.state();
        if now < state.closed_until {
            return Err(Error::try_later("provider_paused", "the provider asked for a pause: nothing was sent")
                .after(state.closed_until - now));
        }
        let waits = match urgency {
            Urgency::Demand => inner.wait(state.out < inner.parallel),
            Urgency::Upkeep if now < state.wanted_until => Some(state.wanted_until - now),
            Urgency::Upkeep => match inner.upkeep.check() {
                Ok(()) => inner.wait(state.out < four_fifths(at_least_one(inner.parallel)).get()),
                Err(not_until) => Some(not_until.wait_time_from(inner.nanos())),
            },
        };
        let Some(wait) = waits else {
            state.out += 1;
            return Ok(Permit { deadline: None, _place: Place(inner.clone()) });
        };
        if urgency == Urgency::Demand {
            // Twice, so that whoever comes back in time still finds it kept free.
            state.wanted_until = now + 2 * wait;
        }
        Err(spent(wait))
    }
}

impl Inner {
    /// How long to wait for the app's share, if it is spent.
    fn wait(&self, has_place: bool) -> Option<Duration> {
        if !has_place {
            return Some(ONE_RETURNS);
        }
        let check = |limiter: &Limiter<NotKeyed, InMemoryState>| {
            limiter.check().err().map(|not_until| not_until.wait_time_from(self.nanos()))
        };
        check(&self.all).or_else(|| self.window.as_ref().and_then(check))
    }

    fn nanos(&self) -> Nanos {
        Nanos::new(nanos(self.host.monotonic()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn four_fifths(of: NonZeroU32) -> NonZeroU32 {
    at_least_one(of.get() - of.get() / 5)
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

impl fmt::Debug for RefreshBudget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RefreshBudget(..)")
    }
}

/// Leave to send one renewal. Whoever renews asks for it *before* claiming the account, and spends it by sending.
///
/// It counts as a call under way for as long as it exists.
#[derive(Debug)]
#[must_use = "a permit that is not spent is lost"]
pub struct Permit {
    deadline: Option<Duration>,
    _place: Place,
}

/// One of the calls that may be under way at once.
struct Place(Arc<Inner>);

impl Permit {
    /// The same leave, until this moment of the host's [monotonic](Host::monotonic) time: it is looked at
    /// immediately before sending, and the answer is waited for no longer.
    pub fn until(self, deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.deadline
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.state().out -= 1;
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Place(..)")
    }
}

fn spent(wait: Duration) -> Error {
    Error::try_later("budget_spent", "renewals are being asked for faster than the budget allows: nothing was sent")
        .after(wait)
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The host's clock, as governor reads one.
#[derive(Clone)]
struct HostClock(Arc<dyn Host>);

impl Clock for HostClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(nanos(self.0.monotonic()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ManualHost;

    fn budget(host: &ManualHost) -> RefreshBudget {
        RefreshBudget::new(Pace::new(1, 2), Arc::new(host.clone()))
    }

    #[test]
    fn a_burst_is_allowed_and_then_the_pace_holds() {
        let host = ManualHost::default();
        let budget = budget(&host);
        let _first_two = (budget.permit().unwrap(), budget.permit().unwrap());
        let error = budget.permit().unwrap_err();
        assert_eq!((error.code(), error.retry_after()), ("budget_spent", Some(Duration::from_secs(1))));
        host.advance(Duration::from_secs(1));
        assert!(budget.permit().is_ok());
    }

    #[test]
    fn one_account_cannot_spend_the_share_of_all() {
        let host = ManualHost::default();
        let budget = RefreshBudget::new(Pace::new(100, 100), Arc::new(host.clone()));
        assert_eq!((0..20).filter(|_| budget.permit_for(1).is_ok()).count(), 5);
        assert!(budget.permit_for(2).is_ok());
    }

    #[test]
    fn a_pause_is_for_everybody_and_ends() {
        let host = ManualHost::default();
        let budget = budget(&host);
        budget.clone().close_for(Duration::from_secs(7));
        let error = budget.permit_for(1).unwrap_err();
        assert_eq!((error.code(), error.retry_after()), ("provider_paused", Some(Duration::from_secs(7))));
        host.advance(Duration::from_secs(7));
        assert!(budget.permit_for(1).is_ok());
    }

    #[test]
    fn f26_idle_accounts_are_forgotten() {
        let host = ManualHost::default();
        let budget = RefreshBudget::new(Pace::new(u32::MAX, u32::MAX), Arc::new(host.clone()));
        for account in 0..SWEEP_AT as u64 {
            let _ = budget.permit_for(account);
        }
        host.advance(Duration::from_secs(60));
        let _ = budget.permit_for(0);
        assert!(budget.0.each.len() <= 1);
    }

    #[test]
    fn only_so_many_are_under_way_at_once() {
        let host = ManualHost::default();
        let budget = RefreshBudget::new(Pace::new(100, 100).parallel(3), Arc::new(host));
        let out: Vec<_> = (0..3).map(|_| budget.permit().unwrap()).collect();
        assert_eq!(budget.permit().unwrap_err().retry_after(), Some(ONE_RETURNS));
        drop(out);
        assert!(budget.permit().is_ok());
    }

    #[test]
    fn a_window_holds_in_the_long_run() {
        let host = ManualHost::default();
        let pace = Pace::new(80, 80).within(600, Duration::from_secs(60));
        let budget = RefreshBudget::new(pace, Arc::new(host.clone()));
        let mut given = 0;
        for _ in 0..120 {
            given += (0..100).filter(|_| budget.permit().is_ok()).count();
            host.advance(Duration::from_secs(1));
        }
        assert!((1780..=1800).contains(&given), "{given} in two minutes: 600 at once and 10 a second");
    }

    #[test]
    fn upkeep_has_four_fifths() {
        let host = ManualHost::default();
        let budget = RefreshBudget::new(Pace::new(100, 100).parallel(1000), Arc::new(host.clone()));
        let mut given = 0;
        for _ in 0..100 {
            given += (0..10).filter(|_| budget.permit_for_upkeep().is_ok()).count();
            host.advance(Duration::from_millis(100));
        }
        assert!((780..=820).contains(&given), "{given} in ten seconds");
    }

    #[test]
    fn upkeep_leaves_places_and_waits_for_whoever_waits() {
        let host = ManualHost::default();
        let budget = RefreshBudget::new(Pace::new(100, 100).parallel(10), Arc::new(host.clone()));
        let upkeep: Vec<_> = (0..20).filter_map(|_| budget.permit_for_upkeep().ok()).collect();
        assert_eq!(upkeep.len(), 8);
        let demand: Vec<_> = (0..20).filter_map(|_| budget.permit().ok()).collect();
        assert_eq!(demand.len(), 2);
        drop(upkeep);
        assert!(budget.permit_for_upkeep().is_err(), "somebody waits");
        host.advance(Duration::from_secs(1));
        assert!(budget.permit_for_upkeep().is_ok());
    }
}
