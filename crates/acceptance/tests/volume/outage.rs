//! The provider is away: nobody is marked, it is asked by one at a time, and what was missed is caught up with.

use crate::{
    provider::Mood,
    world::{HOUR, MINUTE, SECOND, World},
};

const ACCOUNTS: usize = 2000;

/// Its customers have been coming for an hour.
fn running() -> (World, crate::world::Served) {
    let world = World::evenly(3, ACCOUNTS);
    world.start_upkeep();
    let served = world.customers(ACCOUNTS, 5 * MINUTE);
    world.pass(HOUR);
    let [well, badly, not_at_all] = served.so_far();
    assert!(well > ACCOUNTS * 10 && badly == 0 && not_at_all == 0, "{:?}", served.so_far());
    (world, served)
}

#[test]
fn in_an_outage_of_ten_minutes_nobody_is_without_a_token() {
    for mood in [Mood::Html502, Mood::Silent, Mood::Throttled(30), Mood::Unreachable] {
        let (world, served) = running();
        world.provider.books().mood = mood;
        world.pass(10 * MINUTE);
        world.provider.books().mood = Mood::Well;
        world.pass(HOUR);
        let [_, badly, not_at_all] = served.so_far();
        assert_eq!((badly, not_at_all, world.depot.refused()), (0, 0, 0), "{mood:?}");
    }
}

#[test]
fn f19_in_an_outage_of_an_hour_nobody_is_marked_and_catching_up_is_no_wave() {
    for mood in [Mood::Html502, Mood::Silent, Mood::Throttled(1), Mood::Throttled(60)] {
        let (world, served) = running();
        let from = world.executor.now();
        world.provider.books().mood = mood;
        world.pass(HOUR);
        let until = world.executor.now();
        assert_eq!(world.depot.refused(), 0, "{mood:?}");
        {
            let books = world.provider.books();
            // It takes each host a few failures to believe it.
            let settled = books.rates(from + MINUTE, until, 10);
            assert!(settled.iter().all(|asked| *asked <= 10), "{mood:?}: more than one a second, {settled:?}");
            assert!(books.asked(from, until) > 20, "{mood:?}: it is asked now and then");
        }

        world.provider.books().mood = Mood::Well;
        let before = world.provider.books().renewals;
        world.pass(10 * MINUTE);
        let books = world.provider.books();
        assert!(books.renewals - before >= u64::try_from(ACCOUNTS).unwrap(), "{mood:?}: not caught up");
        // From the first answer until most is done.
        let rates = books.rates(until + 40 * SECOND, world.executor.now(), 10);
        let busy: Vec<u32> = rates.into_iter().filter(|asked| *asked > 40).collect();
        let (peak, sum) = (*busy.iter().max().unwrap(), busy.iter().sum::<u32>());
        let mean = f64::from(sum) / f64::from(u32::try_from(busy.len()).unwrap());
        assert!(f64::from(peak) / mean <= 1.5, "{mood:?}: peak {peak}, mean {mean}: {busy:?}");
        assert!(peak <= 3 * 10 * 10 + 3 * 20, "{mood:?}: the budget of three hosts");
        assert_eq!((books.reused, world.depot.refused()), (0, 0), "{mood:?}");
        drop(books);
        let before = served.so_far();
        world.pass(10 * MINUTE);
        let after = served.so_far();
        assert!(after[0] > before[0] + ACCOUNTS, "{mood:?}");
        assert_eq!(after[1..], before[1..], "{mood:?}: everybody is served again");
    }
}
