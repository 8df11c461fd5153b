//! The server: who shares it, what lies on it, for how long.

use mailgrant_core::Lookup;

use super::{
    server::{Server, free_ports, pause},
    *,
};
use crate::{
    Claim, Filter, Passage, Purpose, Secret, Settled, Settlement, Sharing, StatusKind, Store, StoreError, Taken,
    Version,
    redis::{
        change::Changes,
        index::places,
        records::{Kept, Seen},
    },
    rules::{Moment, Stored},
};

fn lookup(mark: u8) -> Lookup {
    Lookup::from_bytes([mark; 32])
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_stores_on_one_server_one_is_granted() {
    let prefix = prefix();
    let (one, two) = (open(&prefix).await, open(&prefix).await);
    for round in 0..50 {
        let key = key(&round.to_string());
        let seen = one.put(&key, None, &entry(b"sealed")).await.unwrap();
        let (first, second) = (attempt(), attempt());
        let (left, right) = tokio::join!(
            one.claim(&key, &first, LEASE, seen, Purpose::Renew),
            two.claim(&key, &second, LEASE, seen, Purpose::Renew),
        );
        let (left, right) = (left.unwrap(), right.unwrap());
        assert!(matches!((&left, &right), (Claim::Granted, Claim::Held(_)) | (Claim::Held(_), Claim::Granted)));
        let winner = if left == Claim::Granted { first } else { second };
        let settlement = Settlement::Renewed(entry(b"renewed"));
        assert_eq!(two.settle(&key, seen, &winner, &settlement).await.unwrap(), Settled::Done(seen.next()));
        assert_eq!(one.load(&key).await.unwrap().unwrap().version, seen.next());
    }
    assert_eq!(one.events(0, 1000).await.unwrap(), two.events(0, 1000).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_clients_each_due_row_goes_to_one() {
    let prefix = prefix();
    let store = open(&prefix).await;
    for number in 0..300 {
        store.put(&key(&format!("{number:03}")), None, &entry(b"sealed")).await.unwrap();
    }
    let claims = (0..6).map(|_| {
        let prefix = prefix.clone();
        tokio::task::JoinSet::from_iter([async move {
            let store = open(&prefix).await;
            let attempts: Vec<_> = (0..100).map(|_| attempt()).collect();
            store.claim_due("client", "retail", Duration::ZERO, &attempts, LEASE).await.unwrap()
        }])
    });
    let mut accounts = Vec::new();
    let mut attempts = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        for due in claim.join_all().await.into_iter().flatten() {
            let row = store.load(&due.key).await.unwrap().unwrap();
            assert_eq!(row.attempt.map(|open| open.id), Some(due.attempt), "its holder is who was told so");
            accounts.push(due.key);
            attempts.push(due.attempt.to_string());
        }
    }
    accounts.sort();
    accounts.dedup();
    attempts.sort();
    attempts.dedup();
    assert_eq!((accounts.len(), attempts.len()), (300, 300));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_does_not_keep_what_is_due_from_being_found() {
    let (store, ()) = fresh().await;
    // More than one script looks at.
    for number in 0..1100 {
        let (key, held) = (key(&format!("held {number}")), attempt());
        store.put(&key, None, &entry(b"sealed")).await.unwrap();
        store.claim(&key, &held, LEASE, Version::FIRST, Purpose::Renew).await.unwrap();
    }
    let late = Entry { upkeep_in: Some(Duration::from_secs(1)), ..entry(b"sealed") };
    store.put(&key("late"), None, &late).await.unwrap();
    let due = store.claim_due("client", "retail", LEASE, &[attempt()], LEASE).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].key, key("late"));
    let all = store.list(&Filter::default(), None, usize::MAX).await.unwrap();
    assert_eq!(all.len(), 1101);
    let none = Filter { provider: Some("verticalresponse".into()), ..Filter::default() };
    assert_eq!(store.list(&none, None, 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_is_closed_to_all_who_share_the_server() {
    let prefix = prefix();
    let (one, two) = (open(&prefix).await, open(&prefix).await);
    let main = key("main");
    one.close_gate("gate", &main, LEASE, "maintenance").await.unwrap();
    assert!(matches!(two.pass_gate("gate", LEASE).await.unwrap(), Passage::Closed { .. }));
    advance(&one, LEASE).await;
    for _ in 0..10 {
        let (left, right) = tokio::join!(one.pass_gate("gate", LEASE), two.pass_gate("gate", LEASE));
        let probes = [left.unwrap(), right.unwrap()].iter().filter(|passage| **passage == Passage::Probe).count();
        assert_eq!(probes, 1);
        advance(&two, LEASE).await;
    }
    two.open_gate("gate", &main).await.unwrap();
    assert_eq!(one.pass_gate("gate", LEASE).await.unwrap(), Passage::Open);
    assert_eq!(ask::<u32>(&one, &["EXISTS", &one.names.gate("gate")]).await, 0, "of an open gate nothing is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_comes_late_or_from_after_now_is_refused() {
    let (store, ()) = fresh().await;
    let key = key("main");
    store.put(&key, None, &entry(b"sealed")).await.unwrap();
    let record = store.names.row(&key);
    for (before, after, made) in [(3000, 0, None), (500, 0, Some(vec![true])), (0, 60_000, None)] {
        let (seen, now): (Seen<Stored>, Moment) = store.look(&record).await.unwrap();
        let decided = now + Duration::from_millis(after) - Duration::from_millis(before);
        let mut changes = Changes::decided_at(decided);
        let mut row = seen.kept.clone().unwrap();
        row.hold(&attempt(), LEASE, decided);
        changes.add(record.clone(), &seen, Some(&row), None, Vec::new()).unwrap();
        assert_eq!(store.write(changes).await.unwrap(), made, "decided at {decided:?}, at {now:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_about_what_was_is_refused_though_the_record_is_the_same_again() {
    let (store, ()) = fresh().await;
    let (main, record) = (key("main"), store.names.gate("gate"));
    let close = async || store.close_gate("gate", &main, Duration::ZERO, "maintenance").await.unwrap();
    close().await;
    let (seen, now): (Seen<crate::gates::Gate>, _) = store.look(&record).await.unwrap();
    store.open_gate("gate", &main).await.unwrap();
    close().await;
    let mut changes = Changes::decided_at(now);
    changes.add(record.clone(), &seen, seen.kept.as_ref(), None, Vec::new()).unwrap();
    assert_eq!(store.write(changes).await.unwrap(), Some(vec![false]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_given_out_within_its_life_however_long_the_way() {
    let (store, ()) = fresh().await;
    // Shorter than a decision is good for.
    let short = Duration::from_secs(1);
    store.put_pending(&key("main"), &lookup(1), &entry(b"sealed").sealed, Sharing::Own, short).await.unwrap();
    let record = store.names.login(&lookup(1));
    let (seen, now): (Seen<crate::logins::Login>, _) = store.look(&record).await.unwrap();
    let mut given = seen.kept.clone();
    assert!(matches!(crate::logins::take(&mut given, now).0, Taken::Pending(_)));
    pause(1050).await;
    let mut changes = Changes::decided_at(now);
    changes.add(record, &seen, given.as_ref(), None, Vec::new()).unwrap();
    assert_eq!(store.write(changes).await.unwrap(), None);
    assert_eq!(store.take_pending(&lookup(1)).await.unwrap(), Taken::Expired);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_logins_are_collected_a_day_after_their_end() {
    let (store, ()) = fresh().await;
    let seen = store.put(&key("gone"), None, &entry(b"sealed")).await.unwrap();
    store.remove(&key("gone"), seen, Secret::EraseNow).await.unwrap();
    store.close_gate("gate", &key("main"), Duration::ZERO, "maintenance").await.unwrap();
    for mark in [1, 2] {
        store.put_pending(&key("main"), &lookup(mark), &entry(b"sealed").sealed, Sharing::Own, LEASE).await.unwrap();
    }
    assert!(matches!(store.take_pending(&lookup(1)).await.unwrap(), Taken::Pending(_)));
    let names: Vec<String> = ask(&store, &["KEYS", &format!("{}*", store.names.prefix.as_str())]).await;
    assert!(names.len() > 6, "{names:?}");
    let whole = (LEASE + crate::logins::REMEMBERED).as_millis();
    for name in names {
        let left: i64 = ask(&store, &["PTTL", &name]).await;
        if name.contains("login:") {
            // Both ends are rounded to the millisecond.
            assert!(left as u128 <= whole + 1 && left as u128 > whole - 60_000, "{name}: {left}");
        } else {
            assert_eq!(left, -1, "{name}");
        }
    }
    advance(&store, crate::logins::REMEMBERED).await;
    assert_eq!(store.take_pending(&lookup(2)).await.unwrap(), Taken::Expired);
    advance(&store, LEASE).await;
    assert_eq!(store.take_pending(&lookup(1)).await.unwrap(), Taken::Unknown);
    assert_eq!(store.load(&key("gone")).await.unwrap().unwrap().version, seen.next());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_is_in_no_record() {
    const ERASED: &str = "the sealed payload that must go";
    let (store, ()) = fresh().await;
    let seen = store.put(&key("main"), None, &entry(ERASED.as_bytes())).await.unwrap();
    let sealed = entry(ERASED.as_bytes()).sealed;
    store.put_pending(&key("main"), &lookup(1), &sealed, Sharing::Own, LEASE).await.unwrap();
    let held = async || {
        let records = [store.names.row(&key("main")), store.names.login(&lookup(1))];
        let mut held = 0;
        for record in records {
            let values: Vec<String> = ask(&store, &["HVALS", &record]).await;
            held += values.iter().filter(|value| value.contains(ERASED)).count();
        }
        held
    };
    assert_eq!(held().await, 2, "or this test could not fail");
    store.take_pending(&lookup(1)).await.unwrap();
    store.remove(&key("main"), seen, Secret::EraseNow).await.unwrap();
    assert_eq!(held().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_in_the_sets_that_it_belongs_to_alone() {
    let (store, ()) = fresh().await;
    let main = key("main");
    let due_of = |client: &str| Entry { client_key: client.into(), ..entry(b"sealed") };
    let places_of = async |expected: &[&str]| {
        let mut sets = Vec::new();
        let due = [store.names.due("one", "retail"), store.names.due("two", "retail")];
        let all = [&due[0], &due[1], &store.names.living, &store.names.refused, &store.names.removed];
        for (set, name) in all.into_iter().zip(["one", "two", "living", "refused", "removed"]) {
            if ask::<u32>(&store, &["ZCARD", set]).await > 0 {
                sets.push(name);
            }
        }
        assert_eq!(sets, expected);
    };
    let first = store.put(&main, None, &due_of("one")).await.unwrap();
    places_of(&["one", "living"]).await;
    let second = store.put(&main, Some(first), &due_of("two")).await.unwrap();
    places_of(&["two", "living"]).await;
    let held = attempt();
    store.claim(&main, &held, LEASE, second, Purpose::Renew).await.unwrap();
    places_of(&["two", "living"]).await;
    let refused = Settlement::Refused { cause: "grant_refused".into() };
    store.settle(&main, second, &held, &refused).await.unwrap();
    places_of(&["living", "refused"]).await;
    let third = store.remove(&main, second, Secret::UntilRevoked).await.unwrap();
    places_of(&["removed"]).await;
    let never = Entry { upkeep_in: None, ..due_of("one") };
    store.put(&main, Some(third), &never).await.unwrap();
    places_of(&["living"]).await;
    let (seen, _): (Seen<Stored>, _) = store.look(&store.names.row(&main)).await.unwrap();
    let row = seen.kept.unwrap();
    assert!(row.free_at().is_some() && places(&store.names, &main, Some(&row), Some(&row)).is_empty());
    let filter = Filter { status: Some(StatusKind::Active), ..Filter::default() };
    assert_eq!(store.list(&filter, None, 10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_newer_build_stored_is_left_alone() {
    let prefix = prefix();
    let store = open(&prefix).await;
    store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    let record = store.names.row(&key("main"));
    let state: String = ask(&store, &["HGET", &record, "state"]).await;
    for newer in [state.replace("active", "frozen"), state.replacen('{', "{\"colour\":1,", 1), String::new()] {
        let _: u32 = ask(&store, &["HSET", &record, "state", &newer]).await;
        assert!(matches!(store.load(&key("main")).await, Err(StoreError::Incompatible(_))), "{newer}");
        let put = store.put(&key("main"), Some(Version::FIRST), &entry(b"other")).await;
        assert!(matches!(put, Err(StoreError::Incompatible(_))), "{newer}");
        assert_eq!(ask::<String>(&store, &["HGET", &record, "state"]).await, newer);
    }
    let _: String = ask(&store, &["XADD", &store.names.events, "9-0", "kind", "thawed"]).await;
    assert!(matches!(store.events(0, 9).await, Err(StoreError::Incompatible(_))));
    let _: String = ask(&store, &["SET", &store.names.format, "2"]).await;
    let builder = RedisStore::builder().key_prefix(prefix);
    let Err(StoreError::Incompatible(what)) = builder.open(&address()).await else { panic!("it is newer") };
    assert!(what.contains("\"2\""), "{what}");
    assert_eq!(ask::<String>(&store, &["GET", &store.names.format]).await, "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_of_two_prefixes_share_a_server() {
    let (one, two) = (open(&prefix()).await, open(&prefix()).await);
    one.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    assert_eq!(two.load(&key("main")).await.unwrap(), None);
    assert_eq!(two.events(0, 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_opened_over_a_connection_that_is_there() {
    let client = ::redis::Client::open(format!("{}?protocol=resp3", address())).unwrap();
    let connection = client.get_multiplexed_async_connection().await.unwrap();
    let store = RedisStore::builder().key_prefix(prefix()).over(connection).await.unwrap();
    let seen = store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    assert_eq!(store.load(&key("main")).await.unwrap().unwrap().version, seen);
    assert_eq!(store.list(&Filter::default(), None, 10).await.unwrap().len(), 1);
    let events = store.events(0, 10).await.unwrap();
    assert_eq!(store.prune(events[0].id).await.unwrap(), 1);
    let due = store.claim_due("client", "retail", LEASE, &[attempt()], LEASE).await.unwrap();
    assert_eq!(due.len(), 1);
    assert!(!format!("{store:?}").contains("127.0.0.1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_cluster_a_store_lies_in_one_slot() {
    // A cluster has no use for sockets, and has to listen at two ports.
    let [port, bus] = free_ports();
    let options = ["--port", &port, "--bind", "127.0.0.1", "--cluster-port", &bus, "--cluster-enabled", "yes"];
    let server = Server::start(&options).await;
    let client = ::redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let slots = ::redis::cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(0).arg(16_383).exec_async(&mut connection).await;
    slots.unwrap();
    let store = loop {
        match RedisStore::open(&server.url()).await {
            Ok(store) => break store,
            Err(StoreError::Unavailable(_)) => pause(20).await,
            Err(error) => panic!("{error:?}"),
        }
    };
    let seen = store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    let due = store.claim_due("client", "retail", LEASE, &[attempt()], LEASE).await.unwrap();
    let settlement = Settlement::Renewed(entry(b"renewed"));
    let settled = store.settle(&due[0].key, seen, &due[0].attempt, &settlement).await.unwrap();
    assert_eq!(settled, Settled::Done(seen.next()));
    store.put_pending(&key("main"), &lookup(1), &entry(b"sealed").sealed, Sharing::Own, LEASE).await.unwrap();
    store.close_gate("gate", &key("main"), LEASE, "maintenance").await.unwrap();
    assert_eq!(store.list(&Filter::default(), None, 10).await.unwrap().len(), 1);
    let slot: u32 = ask(&store, &["CLUSTER", "KEYSLOT", &store.names.sequence]).await;
    let there: u32 = ask(&store, &["CLUSTER", "COUNTKEYSINSLOT", &slot.to_string()]).await;
    assert_eq!(there, ask::<u32>(&store, &["DBSIZE"]).await);
    assert!(there >= 8, "{there}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_list_has_to_grant_what_is_written_and_no_more() {
    let (_, written) = include_str!("../../redis.rs").split_once("//! `EVALSHA").unwrap();
    let written = format!("EVALSHA{}", written.split_once('`').unwrap().0);
    let granted: Vec<String> = written
        .split_whitespace()
        .filter(|word| *word != "//!")
        .map(|word| format!("+{}", word.to_lowercase()))
        .collect();
    let server = Server::start(&[]).await;
    let client = ::redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut command = ::redis::cmd("ACL");
    command.arg(&["SETUSER", "app", "on", ">secret", "resetkeys", "~mailgrant:*", "-@all"]).arg(&granted);
    command.exec_async(&mut connection).await.unwrap();
    let store = RedisStore::open(&format!("{}?user=app&pass=secret", server.url())).await.unwrap();
    let seen = store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    let due = store.claim_due("client", "retail", LEASE, &[attempt()], LEASE).await.unwrap();
    let settlement = Settlement::Refused { cause: "grant_refused".into() };
    store.settle(&key("main"), seen, &due[0].attempt, &settlement).await.unwrap();
    store.remove(&key("main"), seen, Secret::EraseNow).await.unwrap();
    store.put_pending(&key("main"), &lookup(1), &entry(b"sealed").sealed, Sharing::Own, LEASE).await.unwrap();
    assert!(matches!(store.take_pending(&lookup(1)).await.unwrap(), Taken::Pending(_)));
    store.close_gate("gate", &key("main"), LEASE, "maintenance").await.unwrap();
    store.open_gate("gate", &key("main")).await.unwrap();
    assert_eq!(store.list(&Filter::default(), None, 10).await.unwrap(), []);
    assert_eq!(store.events(0, 100).await.unwrap().len(), 8);
    assert_eq!(store.prune(u64::MAX).await.unwrap(), 8);
    // A prefix that was not granted is nobody's fault but the operator's.
    let other = RedisStore::builder().key_prefix(KeyPrefix::new("other:").unwrap());
    let refused = other.open(&format!("{}?user=app&pass=secret", server.url())).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unusable(_)), "{refused:?}");
}
