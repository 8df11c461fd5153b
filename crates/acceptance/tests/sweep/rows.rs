//! The factors of a sweep with the rows that they make.

use std::{collections::BTreeSet, env, fmt};

use mailgrant_emulator::Settings;
use serde_json::Value;

use crate::pairs::cover;

/// A name with its values, the default first. A name that begins with `app.` is the app's, or its customer's; any
/// other is a setting of the emulator.
pub(crate) type Factor = (&'static str, &'static [&'static str]);

/// How many factors meet in all combinations, unless `SWEEP_STRENGTH` says otherwise.
const STRENGTH: usize = 3;

/// One value for each factor of one provider.
#[derive(Clone)]
pub(crate) struct Row {
    provider: &'static str,
    factors: &'static [Factor],
    chosen: Vec<usize>,
}

/// The rows of a provider's sweep; only the one that `SWEEP_ROW` names if it is set.
pub(crate) fn rows(provider: &'static str, factors: &'static [Factor]) -> Vec<Row> {
    if let Ok(named) = env::var("SWEEP_ROW") {
        let known = ["getresponse", "verticalresponse", "delegated"].iter().any(|known| named.starts_with(known));
        assert!(known, "a row begins with its provider: {named}");
        return Row::named(&named, provider, factors).into_iter().collect();
    }
    let levels: Vec<usize> = factors.iter().map(|(_, values)| values.len()).collect();
    cover(&levels, strength().unwrap_or(STRENGTH)).into_iter().map(|chosen| Row { provider, factors, chosen }).collect()
}

/// How many factors meet in all combinations; `None` if one row is played alone.
pub(crate) fn strength() -> Option<usize> {
    let strength = || env::var("SWEEP_STRENGTH").map_or(STRENGTH, |strength| strength.parse().unwrap());
    env::var_os("SWEEP_ROW").is_none().then(strength)
}

impl Row {
    /// The row that its own [`Display`](fmt::Display) describes: what is not named has its default.
    fn named(text: &str, provider: &'static str, factors: &'static [Factor]) -> Option<Self> {
        let mut words = text.split_whitespace();
        if words.next() != Some(provider) {
            return None;
        }
        let mut chosen = vec![0; factors.len()];
        for word in words {
            let (name, value) = word.split_once('=').unwrap();
            let factor = factors.iter().position(|factor| factor.0 == name).unwrap();
            chosen[factor] = factors[factor].1.iter().position(|known| *known == value).unwrap();
        }
        Some(Self { provider, factors, chosen })
    }

    fn pairs(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.factors.iter().zip(&self.chosen).map(|((name, values), chosen)| (*name, values[*chosen]))
    }

    /// The value of a factor.
    pub(crate) fn get(&self, name: &str) -> &'static str {
        self.pairs().find(|(known, _)| *known == name).unwrap().1
    }

    /// The emulator's settings in this row.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        for (name, value) in self.pairs().filter(|(name, _)| !name.starts_with("app.")) {
            settings.set(name, value).unwrap();
        }
        settings
    }
}

/// What differs from the defaults, in the form that `SWEEP_ROW` takes.
impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.provider)?;
        let mut chosen = self.factors.iter().zip(&self.chosen).filter(|(_, chosen)| **chosen > 0);
        chosen.try_for_each(|((name, values), chosen)| write!(formatter, " {name}={}", values[*chosen]))
    }
}

/// Panics unless every setting of the emulator, with every value that it can be known to have, is among the factors.
pub(crate) fn assert_complete(sweeps: &[&'static [Factor]]) {
    let default = serde_json::to_value(Settings::default()).unwrap();
    for (name, default) in leaves("", &default) {
        let factors: Vec<_> =
            sweeps.iter().flat_map(|factors| factors.iter()).filter(|(own, _)| *own == name).collect();
        assert!(!factors.is_empty(), "no sweep has the setting `{name}`");
        for (_, values) in factors {
            let known: BTreeSet<&str> = values.iter().copied().collect();
            assert_eq!(known.len(), values.len(), "`{name}`: a value twice");
            let (mut first, mut unset) = (Settings::default(), Settings::default());
            first.set(&name, values[0]).unwrap();
            assert_eq!(first, Settings::default(), "`{name}`: the default comes first");
            let variants = unset.set(&name, "no such value").err().map(|error| variants(&error.to_string()));
            match default {
                Value::Bool(_) => assert_eq!(known, BTreeSet::from(["false", "true"]), "`{name}`"),
                Value::String(_) => {
                    let variants = variants.unwrap();
                    assert!(!variants.is_empty(), "`{name}`");
                    assert_eq!(known, variants.iter().map(String::as_str).collect(), "`{name}`");
                }
                // A number, or something that may be left out.
                _ => assert!(known.len() >= 2, "`{name}`"),
            }
        }
    }
}

/// The words that serde would have expected.
fn variants(error: &str) -> Vec<String> {
    let (_, expected) = error.split_once("expected").unwrap();
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every setting by its dotted name.
fn leaves<'a>(prefix: &str, value: &'a Value) -> Vec<(String, &'a Value)> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| {
                leaves(&format!("{prefix}{}{name}", if prefix.is_empty() { "" } else { "." }), value)
            })
            .collect(),
        leaf => vec![(prefix.to_owned(), leaf)],
    }
}
