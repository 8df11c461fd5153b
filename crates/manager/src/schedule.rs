//! Schedule: when a token is to be renewed, drawn once.

use std::time::Duration;

use mailgrant_core::{Expiry, Host, RenewalKind, TokenRecord};
use mailgrant_storage::Timing;

use crate::builder::FLOOR;

/// When a token is to be renewed, counted from the moment at which it was asked for. It is drawn once and stored: a
/// moment that is drawn again at every look comes at its earliest edge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    life: Option<Duration>,
    /// For whoever asks.
    due: Option<Duration>,
    /// Although nobody asks.
    upkeep: Option<Duration>,
}

impl Schedule {
    /// `active`: somebody has asked for the account's token lately.
    pub(crate) fn draw(record: &TokenRecord, idle_limit: Duration, active: bool, host: &dyn Host) -> Self {
        let life = life(record);
        // At 77 to 80 % of the life: a fifth is left for an outage, accounts that were connected together part, and there
        // are no more than 1.3 renewals in a life.
        let due = life.map(|life| life.mul_f64(0.8 - 0.03 * chance(host)));
        let ahead = due.filter(|_| active).map(|due| due.max(FLOOR));
        let upkeep = match record.renewal() {
            RenewalKind::Refresh => {
                // At 80 to 100 % of half the limit.
                let kept = (idle_limit / 2).mul_f64(1.0 - 0.2 * chance(host)).max(FLOOR);
                Some(ahead.map_or(kept, |ahead| ahead.min(kept)))
            }
            // What can be obtained again whenever it is asked for need not be kept.
            RenewalKind::Obtain => ahead,
            _ => None,
        };
        Self { life, due, upkeep }
    }

    /// What a row says of it, `since` after the token was asked for.
    pub(crate) fn timing(&self, since: Duration) -> Timing {
        let left = |moment: Option<Duration>| moment.map(|moment| moment.saturating_sub(since));
        Timing { expires_in: left(self.life), due_in: left(self.due), upkeep_in: left(self.upkeep) }
    }
}

/// The whole life of the record's token, where it has an end.
pub(crate) fn life(record: &TokenRecord) -> Option<Duration> {
    match record.expires_at() {
        Expiry::At(_) => record.expires_at().remaining(record.obtained_at()),
        _ => None,
    }
}

/// Between 0 and 1.
pub(crate) fn chance(host: &dyn Host) -> f64 {
    let mut bytes = [0; 2];
    host.random(&mut bytes);
    f64::from(u16::from_be_bytes(bytes)) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use mailgrant_core::{Client, Credentials, Endpoints, SystemHost, testing::MockTransport};
    use mailgrant_getresponse::GetResponse;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(14 * 24 * 3600);

    /// A record of a token that lives so long. What is adopted has no way to be renewed.
    fn adopted(life: Option<u64>) -> TokenRecord {
        let endpoints = Endpoints::parse("http://127.0.0.1:1/a", "http://127.0.0.1:1/t", "http://127.0.0.1:1").unwrap();
        let (app, transport) = (Credentials::new("id", "secret"), Arc::new(MockTransport::new()));
        let client = Client::builder(GetResponse::at(endpoints), app, transport).build().unwrap();
        client.adopt("token".to_owned().into(), life.map(Duration::from_secs)).unwrap().into_record()
    }

    #[test]
    fn f02_there_are_no_more_than_1_3_renewals_in_a_life() {
        for life in [10, 60, 3600, 86_400, 30 * 86_400] {
            for _ in 0..200 {
                let timing = Schedule::draw(&adopted(Some(life)), LIMIT, true, &SystemHost).timing(Duration::ZERO);
                let (due, life) = (timing.due_in.unwrap(), timing.expires_in.unwrap());
                let in_a_life = life.as_secs_f64() / due.as_secs_f64();
                assert!((1.249..=1.3).contains(&in_a_life), "{in_a_life} renewals in {life:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_renewed_is_not_kept() {
        let timing = Schedule::draw(&adopted(Some(3600)), LIMIT, true, &SystemHost).timing(Duration::ZERO);
        assert_eq!(timing.upkeep_in, None);
        assert_eq!(Schedule::draw(&adopted(None), LIMIT, true, &SystemHost).timing(Duration::ZERO), Timing::default());
    }
}
