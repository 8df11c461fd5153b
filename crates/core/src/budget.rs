//! RefreshBudget: how often the token endpoint may be asked for a renewal.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
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

struct Inner {
    host: Arc<dyn Host>,
    all: Limiter<NotKeyed, InMemoryState>,
    each: Limiter<u64, HashMapStateStore<u64>>,
    closed_until: Mutex<Duration>,
}

type Limiter<K, S> = RateLimiter<K, S, HostClock, NoOpMiddleware<Nanos>>;

/// Accounts remembered before those that have been idle are forgotten.
const SWEEP_AT: usize = 4096;

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
        let all = Quota::per_second(pace.per_second).allow_burst(pace.burst);
        let each = Pace::new(1, 5);
        let each = Quota::per_second(each.per_second).allow_burst(each.burst);
        Self(Arc::new(Inner {
            all: RateLimiter::new(all, InMemoryState::default(), clock.clone()),
            each: RateLimiter::new(each, HashMapStateStore::default(), clock),
            closed_until: Mutex::new(Duration::ZERO),
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
        let now = self.0.host.monotonic();
        let closed_until = *self.0.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        if now < closed_until {
            return Err(Error::try_later("provider_paused", "the provider asked for a pause: nothing was sent")
                .after(closed_until - now));
        }
        self.0.all.check().map_err(|not_until| spent(not_until.wait_time_from(Nanos::new(nanos(now)))))?;
        Ok(Permit { deadline: None })
    }

    /// Leave to send one renewal for the account of this number (a hash of its key will do).
    ///
    /// # Errors
    ///
    /// As [`permit`](Self::permit), also when this account alone has spent its share.
    pub fn permit_for(&self, account: u64) -> Result<Permit, Error> {
        let now = Nanos::new(nanos(self.0.host.monotonic()));
        if self.0.each.len() >= SWEEP_AT {
            self.0.each.retain_recent();
        }
        self.0.each.check_key(&account).map_err(|not_until| spent(not_until.wait_time_from(now)))?;
        self.permit()
    }

    /// Gives no permits for `pause`: the provider asked for it. Capped at an hour.
    pub fn close_for(&self, pause: Duration) {
        let until = self.0.host.monotonic() + pause.min(Duration::from_secs(3600));
        let mut closed_until = self.0.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed_until = until.max(*closed_until);
    }
}

impl fmt::Debug for RefreshBudget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RefreshBudget(..)")
    }
}

/// Leave to send one renewal. Whoever renews asks for it *before* claiming the account, and spends it by sending.
#[derive(Debug)]
#[must_use = "a permit that is not spent is lost"]
pub struct Permit {
    deadline: Option<Duration>,
}

impl Permit {
    /// The same leave, until this moment of the host's [monotonic](Host::monotonic) time: it is looked at
    /// immediately before sending, and the answer is waited for no longer.
    pub fn until(self, deadline: Duration) -> Self {
        Self { deadline: Some(deadline) }
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.deadline
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
        assert!(budget.permit().is_ok());
        assert!(budget.permit().is_ok());
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
    fn idle_accounts_are_forgotten() {
        let host = ManualHost::default();
        let budget = RefreshBudget::new(Pace::new(u32::MAX, u32::MAX), Arc::new(host.clone()));
        for account in 0..SWEEP_AT as u64 {
            let _ = budget.permit_for(account);
        }
        host.advance(Duration::from_secs(60));
        let _ = budget.permit_for(0);
        assert!(budget.0.each.len() <= 1);
    }
}
