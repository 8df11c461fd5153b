//! Our own secret is wrong: one alarm, and nobody is marked.

use mailgrant_core::ErrorKind;
use mailgrant_storage::EventKind;

use crate::{
    depot::key,
    provider::Mood,
    slim::First,
    world::{HOUR, MINUTE, World},
};

const ACCOUNTS: usize = 1000;

#[test]
fn a_thousand_accounts_fail_none_is_marked_and_there_is_one_alarm() {
    let world =
        World::new(2, ACCOUNTS, |_| First { issued_at: -i64::try_from(HOUR.as_millis()).unwrap(), upkeep_at: 0 });
    world.provider.books().mood = Mood::WrongSecret;
    world.start_upkeep();
    let from = world.executor.now();
    for account in 0..ACCOUNTS {
        let handle = world.managers[account % 2].account(&key(account));
        world.on(account % 2 + 1, async move {
            let error = handle.token().await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Configuration | ErrorKind::TryLater), "{error:?}");
        });
    }
    world.pass(10 * MINUTE);
    assert_eq!(world.depot.refused(), 0);
    let told = world.wait_for({
        let depot = world.depot.clone();
        async move { depot.gate_events().await }
    });
    assert_eq!(told, [(EventKind::GateClosed, Some("client_misconfigured".to_owned()))]);
    let asked = world.provider.books().asked(from, world.executor.now());
    assert!((3..=60).contains(&asked), "{asked} requests in ten minutes");

    // Somebody puts the right one in.
    world.provider.books().mood = Mood::Well;
    world.pass(10 * MINUTE);
    let opened = world.wait_for({
        let depot = world.depot.clone();
        async move { depot.gate_events().await.pop() }
    });
    assert_eq!(opened.map(|(kind, _)| kind), Some(EventKind::GateOpened));
    assert_eq!((world.provider.books().renewals, world.depot.refused()), (u64::try_from(ACCOUNTS).unwrap(), 0));
}
