//! Accounts that nobody uses: kept, for a month.

use crate::{
    slim::First,
    world::{DAY, World},
};

#[test]
fn f23_nobody_dies_of_a_month_of_idleness() {
    let accounts = 2000;
    let day = i64::try_from(DAY.as_millis()).unwrap();
    // Last used up to six days ago.
    let world = World::new(1, accounts, |account| {
        let ago = day * 6 * i64::try_from(account).unwrap() / 2000;
        First { issued_at: -ago, upkeep_at: u64::try_from(day * 7 - ago).unwrap() }
    });
    world.start_upkeep();
    let from = world.executor.now();
    world.pass(30 * DAY);
    let books = world.provider.books();
    assert_eq!((books.died_idle, books.reused, world.depot.refused()), (0, 0, 0));
    // Twice in a fortnight, and a little more.
    let asked = books.asked(from, world.executor.now());
    assert!((4 * 2000..=6 * 2000).contains(&asked), "{asked} requests in a month");
}
