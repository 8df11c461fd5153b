//! `cargo xtask diagram`: the diagram in docs/architecture.md is the machine that was compiled.

mod block;
mod dot;
mod mermaid;

use crate::{
    failure::{Failure, Outcome},
    say,
    sh::{self, Sh},
};

const PAGE: &str = "docs/architecture.md";
const BLESS: &str = "`cargo xtask diagram --bless` writes it";

pub(crate) fn compare(sh: &Sh) -> Outcome {
    let page = sh.path(PAGE);
    if !page.is_file() {
        return Failure::because(format!("{PAGE} is missing, so there is no diagram to compare; {BLESS}"));
    }
    let text = sh::read(&page)?;
    let Some(published) = block::find(&text) else {
        return Failure::because(format!("{PAGE} has no lines `{}` … `{}`", block::BEGIN, block::END));
    };
    let compiled = compiled(sh)?;
    if published == compiled {
        return Ok(());
    }
    for line in published.lines().filter(|line| !compiled.lines().any(|other| other == *line)) {
        say::progress(format!("- {line}"));
    }
    for line in compiled.lines().filter(|line| !published.lines().any(|other| other == *line)) {
        say::progress(format!("+ {line}"));
    }
    Failure::because(format!("the diagram in {PAGE} is not the compiled machine's; {BLESS}"))
}

pub(crate) fn bless(sh: &Sh) -> Outcome {
    let page = sh.path(PAGE);
    let text = if page.is_file() { sh::read(&page)? } else { block::empty_page() };
    let Some(text) = block::replace(&text, &compiled(sh)?) else {
        return Failure::because(format!("{PAGE} has no lines `{}` … `{}`; add them", block::BEGIN, block::END));
    };
    sh::write(&page, &text)
}

/// Has the macro export its automaton while the compiler runs, in a target folder of its own: the
/// feature belongs in no other build, and a cached one exports nothing.
fn compiled(sh: &Sh) -> Outcome<String> {
    let target = sh.target().join("diagram");
    let export = target.join("export");
    let file = export.join("Machine.dot");
    sh::write(&file, "")?;
    sh.cargo("clean --quiet -p mailgrant-core").env("CARGO_TARGET_DIR", &target).run()?;
    sh.cargo("check --quiet -p mailgrant-core --no-default-features --features typestate/export-dot")
        .env("CARGO_TARGET_DIR", &target)
        .env("EXPORT_FOLDER", export.join(""))
        .run()?;
    let edges = dot::edges(&sh::read(&file)?)?;
    Ok(mermaid::render(&edges))
}
