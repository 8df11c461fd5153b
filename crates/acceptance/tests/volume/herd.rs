//! A hundred thousand accounts that expire at the same moment.

use crate::{
    slim::First,
    world::{HOUR, World},
};

const ACCOUNTS: usize = 100_000;

#[test]
fn f01_a_hundred_thousand_with_one_expiry_are_no_wave() {
    let life = i64::try_from(HOUR.as_millis()).unwrap();
    // All were connected at once, two hosts keep them.
    let world = World::new(2, ACCOUNTS, |_| First { issued_at: -life, upkeep_at: 0 });
    world.start_upkeep();
    let from = world.executor.now();
    while world.provider.books().renewals < u64::try_from(ACCOUNTS).unwrap() {
        world.pass(10 * crate::world::SECOND);
    }
    let books = world.provider.books();
    let rates = books.rates(from, world.executor.now(), 10);
    let (peak, whole) = (*rates.iter().max().unwrap(), &rates[..rates.len() - 1]);
    let mean = f64::from(whole.iter().sum::<u32>()) / f64::from(u32::try_from(whole.len()).unwrap());
    assert!(f64::from(peak) / mean <= 1.5, "peak {peak}, mean {mean}");
    // Each host has four fifths of ten a second for what nobody asks for.
    assert!(peak <= 2 * 8 * 10 + 8, "{peak} in ten seconds");
    assert_eq!((books.reused, world.depot.refused()), (0, 0));
}
