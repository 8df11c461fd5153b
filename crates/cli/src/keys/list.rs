//! `mailgrant keys list`: the keys by id, with how much each has sealed.

use std::collections::BTreeMap;

use mailgrant_core::Error;
use mailgrant_storage::Vault;
use serde::Serialize;

use super::{KeyFile, Pages};
use crate::{
    args::ListArgs,
    exit::{Exit, Stop},
    running::Running,
    say, store,
};

/// A key, as it is listed.
#[derive(Serialize)]
struct Line {
    id: String,
    /// `primary`, `readable` or `missing`: something is sealed with it, and it is not in the key file.
    role: &'static str,
    /// Accounts that it has sealed, with notes, with disconnected ones that keep their secret.
    sealed: u64,
}

pub(super) async fn run(running: &Running, args: &ListArgs) -> Result<(), Stop> {
    let vault = running.vault().await?;
    let file = KeyFile::read(&store::find(running.places())?)?;
    let lines = lines(&file, census(&vault).await?);
    if args.json {
        let json = serde_json::to_string_pretty(&lines)
            .map_err(|error| Stop::new(Exit::Bug, format!("the list cannot be written: {error}")))?;
        return say::line(&json);
    }
    let width = lines.iter().map(|line| line.id.len()).max().unwrap_or_default();
    let rows = lines.iter().map(|line| format!("{:width$}  {:8}  {}", say::plain(&line.id), line.role, line.sealed));
    let head = format!("{:width$}  {:8}  SEALED", "ID", "ROLE");
    say::line(&std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n"))
}

/// How many rows each key has sealed.
pub(super) async fn census(vault: &Vault) -> Result<BTreeMap<String, u64>, Error> {
    let mut sealed = BTreeMap::new();
    let mut pages = Pages::of(vault);
    while let Some(page) = pages.next().await? {
        for (_, row) in page {
            if let Some(found) = row.sealed {
                *sealed.entry(found.key_id).or_default() += 1;
            }
        }
    }
    Ok(sealed)
}

/// In the order of the key file, then what is missing in it.
fn lines(file: &KeyFile, mut sealed: BTreeMap<String, u64>) -> Vec<Line> {
    let mut lines: Vec<_> = file
        .ids()
        .map(|id| Line {
            id: id.to_owned(),
            role: if id == file.primary() { "primary" } else { "readable" },
            sealed: sealed.remove(id).unwrap_or_default(),
        })
        .collect();
    lines.extend(sealed.into_iter().map(|(id, sealed)| Line { id, role: "missing", sealed }));
    lines
}
