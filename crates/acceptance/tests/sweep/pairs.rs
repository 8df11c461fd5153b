//! Rows of values in which any two factors, or any three, take all their combinations.

use std::{cmp::Reverse, collections::BTreeSet};

/// A factor with one of its values, both by number.
type Choice = (usize, usize);

/// Rows, one value for each factor, in which any `strength` factors take every combination of their values at least
/// once. `levels` is how many values each factor has. Greedy, and the same for the same levels.
pub(crate) fn cover(levels: &[usize], strength: usize) -> Vec<Vec<usize>> {
    let mut open = combinations(levels, strength);
    let mut widest_first: Vec<usize> = (0..levels.len()).collect();
    widest_first.sort_by_key(|factor| Reverse(levels[*factor]));
    let mut rows = Vec::new();
    while let Some(first) = open.first() {
        let mut row = vec![None; levels.len()];
        for (factor, value) in first {
            row[*factor] = Some(*value);
        }
        for factor in &widest_first {
            if row[*factor].is_none() {
                row[*factor] = Some(best(&open, &row, *factor, levels[*factor], rows.len()));
            }
        }
        let row: Vec<usize> = row.into_iter().map(Option::unwrap_or_default).collect();
        open.retain(|combination| !combination.iter().all(|(factor, value)| row[*factor] == *value));
        rows.push(row);
    }
    rows
}

/// The value that closes the most combinations with what the row has already. A tie goes to another value in each
/// row (`turn`), so that none of them is always the one.
fn best(open: &BTreeSet<Vec<Choice>>, row: &[Option<usize>], factor: usize, level: usize, turn: usize) -> usize {
    let mut closed = vec![0; level];
    for combination in open {
        let Some((_, value)) = combination.iter().find(|choice| choice.0 == factor) else { continue };
        let fits = combination.iter().all(|(other, value)| *other == factor || row[*other] == Some(*value));
        closed[*value] += usize::from(fits);
    }
    (0..level).map(|value| (value + turn) % level).max_by_key(|value| closed[*value]).unwrap_or_default()
}

fn combinations(levels: &[usize], strength: usize) -> BTreeSet<Vec<Choice>> {
    let mut partial: Vec<Vec<Choice>> = vec![Vec::new()];
    for (factor, level) in levels.iter().enumerate() {
        let short = partial.iter().filter(|choices| choices.len() < strength);
        let longer =
            short.flat_map(|choices| (0..*level).map(move |value| [&choices[..], &[(factor, value)]].concat()));
        let longer: Vec<_> = longer.collect();
        partial.extend(longer);
    }
    partial.into_iter().filter(|choices| choices.len() == strength).collect()
}

#[test]
fn every_pair_of_values_is_in_some_row() {
    for levels in [&[2, 2][..], &[3, 1, 4, 2, 2, 5], &[2; 20], &[4, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2]] {
        let rows = cover(levels, 2);
        for one in 0..levels.len() {
            for other in 0..one {
                for (a, b) in (0..levels[one]).flat_map(|a| (0..levels[other]).map(move |b| (a, b))) {
                    assert!(
                        rows.iter().any(|row| row[one] == a && row[other] == b),
                        "{levels:?}: {one}={a} {other}={b}"
                    );
                }
            }
        }
        assert!(rows.iter().all(|row| row.iter().zip(levels).all(|(value, level)| value < level)), "{levels:?}");
        assert_eq!(rows, cover(levels, 2), "the same rows each time");
    }
}

#[test]
fn rows_are_few() {
    assert!(cover(&[2; 20], 2).len() <= 12);
    assert!(cover(&[5, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2], 2).len() <= 30);
}

#[test]
fn three_factors_can_meet_too() {
    let (levels, rows) = ([3, 2, 4, 2], cover(&[3, 2, 4, 2], 3));
    for left_out in 0..levels.len() {
        let project = |row: &Vec<usize>| -> Vec<usize> {
            row.iter().enumerate().filter(|(factor, _)| *factor != left_out).map(|(_, value)| *value).collect()
        };
        let met: BTreeSet<_> = rows.iter().map(project).collect();
        assert_eq!(met.len(), levels.iter().product::<usize>() / levels[left_out]);
    }
}
