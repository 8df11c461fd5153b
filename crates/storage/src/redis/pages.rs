//! Verbs over many rows.

use std::time::Duration;

use super::{
    RedisStore,
    change::Changes,
    index::listed,
    records::Seen,
    wire::{DUE, LIST, Values, run, unavailable, unreadable},
};
use crate::{
    AccountKey, AttemptId, Due, Filter, Row, StoreError,
    key::SEPARATOR,
    rules::{self, Moment, Stored},
    state::micros,
};

/// How many rows one script reads or writes, and how many members of a set it looks at: others wait meanwhile.
const ROWS: usize = 64;
const MEMBERS: usize = 1024;

/// How often to look at the same rows again because deciding about them took too long.
const ROUNDS: usize = 8;

/// Rows that a script found, with the time at which they stood so.
struct Found {
    now: Moment,
    /// How many members the script looked at.
    looked: usize,
    /// The last of them.
    last: String,
    rows: Vec<(AccountKey, Seen<Stored>)>,
}

impl Found {
    /// Whether the set holds no more.
    fn is_end(&self, wanted: usize) -> bool {
        self.looked < MEMBERS && self.rows.len() < wanted
    }
}

impl RedisStore {
    /// Rows are claimed a few at a time, each with its event in one step; a page is not one step.
    ///
    /// A row that somebody else changed meanwhile is passed over, so that many who claim at once share what is due
    /// instead of racing for its first rows. An error does not hide the rows that were claimed before it.
    pub(super) async fn claim_page(
        &self,
        whose: (&str, &str),
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
    ) -> Result<Vec<Due>, StoreError> {
        let mut unused = attempts.to_vec();
        let mut claimed: Vec<Due> = Vec::new();
        let (mut offset, mut rounds) = (0, 0);
        while !unused.is_empty() && rounds < ROUNDS {
            let wanted = unused.len().min(ROWS);
            match self.claim_some(whose, within, &unused[..wanted], lease, offset).await {
                Err(error) if claimed.is_empty() => return Err(error),
                Err(_) => break,
                Ok(None) => rounds += 1,
                Ok(Some((looked, page))) => {
                    offset += looked;
                    unused.retain(|attempt| page.iter().all(|due| due.attempt != *attempt));
                    claimed.extend(page);
                    if looked == 0 {
                        break;
                    }
                }
            }
        }
        if claimed.is_empty() && rounds == ROUNDS {
            return Err(StoreError::unavailable("the server answered too slowly to claim anything"));
        }
        Ok(claimed)
    }

    /// How many members were looked at behind `offset`, with the rows of them that were claimed; `None` if it took too
    /// long.
    async fn claim_some(
        &self,
        (client_key, environment): (&str, &str),
        within: Duration,
        attempts: &[AttemptId],
        lease: Duration,
        offset: usize,
    ) -> Result<Option<(usize, Vec<Due>)>, StoreError> {
        let found = self.find_due((client_key, environment), within, attempts.len(), offset).await?;
        let mut changes = Changes::decided_at(found.now);
        let mut granted = Vec::new();
        for (key, seen) in &found.rows {
            let (Some(row), Some(attempt)) = (&seen.kept, attempts.get(granted.len())) else { continue };
            if !rules::is_due(row, client_key, environment, within, found.now) {
                continue;
            }
            let mut row = row.clone();
            let (due, note) = rules::take_due(key.clone(), &mut row, attempt, lease, found.now);
            // A claim is no change of upkeep or status: the row stays where it is in every set.
            changes.add(self.names.row(key), seen, Some(&row), Some((key, &note)), Vec::new())?;
            granted.push(due);
        }
        if granted.is_empty() {
            return Ok(Some((found.looked, granted)));
        }
        let made = self.write(changes).await?;
        let claimed =
            |made| granted.into_iter().zip(made).filter_map(|(due, made): (_, bool)| made.then_some(due)).collect();
        Ok(made.map(|made| (found.looked, claimed(made))))
    }

    async fn find_due(
        &self,
        (client_key, environment): (&str, &str),
        within: Duration,
        wanted: usize,
        offset: usize,
    ) -> Result<Found, StoreError> {
        let set = self.names.due(client_key, environment);
        let numbers = [micros(within), wanted as u64, offset as u64, MEMBERS as u64].map(|number| number.to_string());
        let [within, wanted, offset, members] = &numbers;
        let args = [self.names.rows.as_str(), within, wanted, offset, members];
        let answer = run(&*self.connection, &DUE, &[set], &args).await.map_err(unavailable)?;
        let mut answer = Values::of(answer)?;
        let (now, looked) = (answer.time()?, answer.read("a count")?);
        Ok(Found { now, looked, last: String::new(), rows: rows(answer.nested("rows")?)? })
    }

    pub(super) async fn list_page(
        &self,
        filter: &Filter,
        after: Option<&AccountKey>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, Row)>, StoreError> {
        let (first, last) = bounds(filter);
        let mut first =
            after.map(|after| format!("({}", after.joined())).filter(|after| after[1..] > first[1..]).unwrap_or(first);
        let mut listed = Vec::new();
        while listed.len() < limit {
            let wanted = (limit - listed.len()).min(ROWS);
            let found = self.find_listed(filter, &first, &last, wanted).await?;
            let end = found.is_end(wanted);
            first = format!("({}", found.last);
            let passing = found.rows.into_iter().filter_map(|(key, seen)| {
                let row = seen.kept.filter(|row| rules::passes(filter, &key, &row.status))?;
                Some((key, row.at(found.now)))
            });
            listed.extend(passing);
            if end {
                break;
            }
        }
        Ok(listed)
    }

    async fn find_listed(&self, filter: &Filter, first: &str, last: &str, wanted: usize) -> Result<Found, StoreError> {
        let set = listed(&self.names, filter.status);
        let provider = filter.provider.as_ref().map(|provider| format!("{SEPARATOR}{provider}{SEPARATOR}"));
        let (wanted, members) = (wanted.to_string(), MEMBERS.to_string());
        let args = [self.names.rows.as_str(), first, last, &wanted, &members, provider.as_deref().unwrap_or_default()];
        let answer = run(&*self.connection, &LIST, &[set], &args).await.map_err(unavailable)?;
        let mut answer = Values::of(answer)?;
        let (now, looked, last) = (answer.time()?, answer.read("a count")?, answer.read("a member")?);
        Ok(Found { now, looked, last, rows: rows(answer.nested("rows")?)? })
    }
}

/// The members that can pass `filter` lie between these: all of a tenant's have its name and a separator in front, and
/// are before those that would have the byte after the separator there.
fn bounds(filter: &Filter) -> (String, String) {
    let Some(tenant) = &filter.tenant else { return ("-".into(), "+".into()) };
    let front = match &filter.provider {
        Some(provider) => format!("{tenant}{SEPARATOR}{provider}"),
        None => tenant.clone(),
    };
    (format!("[{front}{SEPARATOR}"), format!("({front} "))
}

fn rows(found: Values) -> Result<Vec<(AccountKey, Seen<Stored>)>, StoreError> {
    found
        .map(|row| {
            let mut row = Values::of(row)?;
            let member: String = row.read("a member")?;
            let key = AccountKey::split(&member).ok_or_else(|| unreadable("account"))?;
            Ok((key, Seen::read(&mut row.nested("record")?)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::{
        prelude::*,
        test_runner::{Config, RngSeed},
    };

    use super::{super::records::Kept, *};
    use crate::{Sealed, Status, Version, rules::Open};

    proptest! {
        // The same inputs in each run, and no file that remembers one.
        #![proptest_config(Config { failure_persistence: None, rng_seed: RngSeed::Fixed(6202), ..Config::default() })]

        /// What the script passes over, the rules do not want; what they want, it finds.
        #[test]
        fn a_row_is_free_from_when_the_rules_say_so(
            rest in prop::option::of(0..5_u64),
            open in prop::option::of(prop::option::of(0..5_u64)),
            expires in prop::option::of(0..5_u64),
            now in 0..5_u64,
        ) {
            let at = Duration::from_secs;
            let row = Stored {
                version: Version::FIRST,
                status: Status::Active,
                sealed: Some(Sealed { key_id: "k".into(), bytes: vec![1] }),
                client_key: "c".into(),
                environment: "e".into(),
                expires_at: expires.map(at),
                due_at: None,
                upkeep_at: Some(at(0)),
                written_at: at(0),
                rest_until: rest.map(at),
                open: open.map(|lease| Open {
                    id: AttemptId::from_bytes([1; 16]),
                    claimed_at: at(0),
                    lease_until: lease.map(at),
                    replays: 0,
                    replayed_at: None,
                }),
                renewed_by: None,
                ended: None,
            };
            let free = row.free_at().unwrap() <= at(now);
            prop_assert_eq!(free, rules::is_due(&row, "c", "e", Duration::ZERO, at(now)));
        }
    }
}
