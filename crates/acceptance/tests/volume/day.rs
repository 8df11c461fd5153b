//! A day of a million accounts, of which some are used.

use std::fs;

use crate::{
    slim::First,
    world::{DAY, MINUTE, World},
};

const ACCOUNTS: usize = 1_000_000;
const ACTIVE: usize = 1500;

#[test]
fn f26_a_million_accounts_are_kept_for_a_day() {
    let (day, hour) = (i64::try_from(DAY.as_millis()).unwrap(), 3_600_000_i64);
    let evenly = |account: usize, of: i64| of * i64::try_from(account * 7919 % ACCOUNTS).unwrap() / 1_000_000;
    let world = World::new(2, ACCOUNTS, |account| {
        if account < ACTIVE {
            let ago = evenly(account, hour * 78 / 100);
            return First { issued_at: -ago, upkeep_at: u64::try_from(hour * 785 / 1000 - ago).unwrap() };
        }
        // Kept alive at some moment of the last six days, by a host that kept to the same plan.
        let ago = evenly(account, day * 6);
        First { issued_at: -ago, upkeep_at: u64::try_from(day * 63 / 10 - ago).unwrap() }
    });
    world.start_upkeep();
    let served = world.customers(ACTIVE, 10 * MINUTE);
    let (from, before) = (world.executor.now(), resident());
    world.pass(DAY);
    let grown = resident().saturating_sub(before);
    let [well, badly, not_at_all] = served.so_far();
    assert!(well > ACTIVE * 100, "{well} calls");
    assert_eq!((badly, not_at_all), (0, 0), "no token that is over, and none that could not be had");

    let books = world.provider.books();
    let asked = books.asked(from, world.executor.now());
    // The idle ones once in about six days, the active ones 1.3 times an hour at most.
    let planned = u64::try_from(ACCOUNTS - ACTIVE).unwrap() / 6 + u64::try_from(ACTIVE).unwrap() * 24 * 13 / 10;
    assert!((planned / 2..=planned * 11 / 10).contains(&asked), "{asked} requests, planned were {planned}");
    let busiest = books.rates(from, world.executor.now(), 60).into_iter().max().unwrap();
    assert!(u64::from(busiest) <= planned / (24 * 60) * 2, "{busiest} in the busiest minute");
    assert_eq!((books.reused, books.died_idle, world.depot.refused()), (0, 0, 0));
    // What managers keep is what is in use: a few kilobytes for each active account, nothing for the others.
    assert!(grown < 64 << 20, "{} MiB more than before the day", grown >> 20);
}

/// What this process has in memory, in bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}
