//! What the records of a shelf are called.

use mailgrant_core::Lookup;

use crate::{AccountKey, Filter, key::SEPARATOR, rules::Moment, state::micros};

pub(super) const FORMAT: &[u8] = b"format";
/// The number of the newest change, which is the id of its event: a change that finds another here is decided anew.
pub(super) const LAST: &[u8] = b"last";
/// The front of all events.
pub(super) const EVENTS: &[u8] = b"event/";
/// The front of all logins, by the moment at which they are forgotten.
pub(super) const FORGOTTEN: &[u8] = b"forget/";
const ACCOUNTS: &str = "account/";

pub(super) fn account(key: &AccountKey) -> Vec<u8> {
    format!("{ACCOUNTS}{}", key.joined()).into()
}

/// The account of which that is the record.
pub(super) fn account_of(name: &[u8]) -> Option<AccountKey> {
    AccountKey::split(std::str::from_utf8(name).ok()?.strip_prefix(ACCOUNTS)?)
}

/// The front of all accounts that can pass `filter`.
pub(super) fn accounts(filter: &Filter) -> Vec<u8> {
    let mut front = String::from(ACCOUNTS);
    if let Some(tenant) = &filter.tenant {
        front += &format!("{tenant}{SEPARATOR}");
        if let Some(provider) = &filter.provider {
            front += &format!("{provider}{SEPARATOR}");
        }
    }
    front.into()
}

/// The front of all accounts of `client_key` in `environment` that are kept up. The lengths tell where each text ends,
/// whatever is in it.
pub(super) fn kept_up(client_key: &str, environment: &str) -> Vec<u8> {
    format!("due/{}:{client_key}{}:{environment}/", client_key.len(), environment.len()).into()
}

/// Where `claim_due` finds an account: in order of the moment, then of key.
pub(super) fn due(client_key: &str, environment: &str, upkeep_at: Moment, key: &AccountKey) -> Vec<u8> {
    [&*kept_up(client_key, environment), &ordered(upkeep_at), key.joined().as_bytes()].concat()
}

pub(super) fn login(lookup: &Lookup) -> Vec<u8> {
    [b"login/", lookup.as_bytes().as_slice()].concat()
}

/// Where a login is found once it is to be forgotten.
pub(super) fn forgotten(at: Moment, login: &[u8]) -> Vec<u8> {
    [FORGOTTEN, &ordered(at), login].concat()
}

pub(super) fn gate(gate: &str) -> Vec<u8> {
    format!("gate/{gate}").into()
}

pub(super) fn event(id: u64) -> Vec<u8> {
    [EVENTS, &id.to_be_bytes()].concat()
}

pub(super) fn event_id(name: &[u8]) -> Option<u64> {
    name.strip_prefix(EVENTS)?.try_into().ok().map(u64::from_be_bytes)
}

/// The end, not included, of what lies at `front` up to the moment `until`, included.
pub(super) fn up_to(front: &[u8], until: Moment) -> Vec<u8> {
    [front, &(micros(until) + 1).to_be_bytes()].concat()
}

/// The end, not included, of all names that begin with `front`, whose last byte is a separator.
pub(super) fn past(front: &[u8]) -> Vec<u8> {
    let mut end = front.to_vec();
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    end
}

/// The first name behind `name`.
pub(super) fn behind(name: &[u8]) -> Vec<u8> {
    [name, &[0]].concat()
}

fn ordered(moment: Moment) -> [u8; 8] {
    micros(moment).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn names_never_meet() {
        let key = |tenant, account| AccountKey::new(tenant, "p", account).unwrap();
        let at = Duration::from_secs(1);
        let mut all = vec![
            account(&key("t", "a")),
            account(&key("a", "t")),
            due("a1:b", "c", at, &key("t", "a")),
            due("a", "b1:c", at, &key("t", "a")),
            due("a", "b", at, &key("t", "a")),
            due("a", "b", at * 2, &key("t", "a")),
            login(&Lookup::from_bytes([1; 32])),
            forgotten(at, &login(&Lookup::from_bytes([1; 32]))),
            gate(""),
            gate("gate/"),
            event(1),
            event(256),
            FORMAT.to_vec(),
            LAST.to_vec(),
        ];
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn what_is_counted_is_in_order() {
        assert!(event(9) < event(10) && event(255) < event(256) && event(u64::MAX) < past(EVENTS));
        let (key, front) = (AccountKey::new("t", "p", "a").unwrap(), kept_up("c", "e"));
        let at = |micros| due("c", "e", Duration::from_micros(micros), &key);
        let end = up_to(&front, Duration::from_micros(255));
        assert!(front < at(0) && at(255) < end && end <= at(256) && at(u64::MAX) < past(&front));
        assert_eq!((event_id(&event(7)), account_of(&account(&key))), (Some(7), Some(key)));
    }
}
