//! The seeds of the fuzz targets, for the normal test run.

use std::{fs, path::Path};

/// Checks every seed of a target; one that fails is named.
///
/// # Panics
///
/// If there are fewer than five: then they are not where they are looked for.
pub fn each(target: &str, check: impl Fn(&[u8])) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here.join("../fuzz/corpus").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(seeds.len() >= 5, "{} has {} seeds", folder.display(), seeds.len());
    for seed in seeds {
        let named = Named(&seed);
        check(&fs::read(&seed).unwrap());
        std::mem::forget(named);
    }
}

/// Dropped by a panic, it says where.
struct Named<'a>(&'a Path);

impl Drop for Named<'_> {
    #[expect(clippy::print_stderr, reason = "a test that fails says where")]
    fn drop(&mut self) {
        eprintln!("it was the seed {}", self.0.display());
    }
}
