//! `cargo xtask misuse`: docs/misuse.md shows the illegal programs with the compiler's words.

mod page;
mod program;
mod words;

use crate::{
    failure::{Failure, Outcome},
    sh::{self, Sh},
};

const PAGE: &str = "docs/misuse.md";
const PROGRAMS: &str = "crates/misuse/tests/ui";
const BLESS: &str = "`cargo xtask misuse --bless` writes it";

pub(crate) fn compare(sh: &Sh) -> Outcome {
    let page = sh.path(PAGE);
    if !page.is_file() {
        return Failure::because(format!("{PAGE} is missing; {BLESS}"));
    }
    match page::first_difference(&sh::read(&page)?, &written(sh)?) {
        None => Ok(()),
        Some(line) => Failure::because(format!("{PAGE}:{line} is not what {PROGRAMS} makes of it; {BLESS}")),
    }
}

pub(crate) fn bless(sh: &Sh) -> Outcome {
    sh::write(&sh.path(PAGE), &written(sh)?)
}

/// The page as it is to be. Whether the words are the compiler's own is for the tests of crates/misuse to say.
fn written(sh: &Sh) -> Outcome<String> {
    let folder = sh.path(PROGRAMS);
    let unreadable = || Failure::of(format!("{PROGRAMS} cannot be read"));
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(unreadable())? {
        names.push(entry.map_err(unreadable())?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    let entries = page::pairs(&names)?
        .into_iter()
        .map(|name| {
            let program = program::read(name, &sh::read(&folder.join(format!("{name}.rs")))?)?;
            let words = words::trim(&sh::read(&folder.join(format!("{name}.stderr")))?);
            Ok(page::Entry { program, words })
        })
        .collect::<Outcome<Vec<_>>>()?;
    Ok(page::render(&entries))
}
