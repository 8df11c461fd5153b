//! `mailgrant import`: accounts taken over from other code.

mod aside;
mod fields;
mod flaw;
mod hand_over;
mod house;
mod lines;
mod moment;
mod old;
mod owners;
mod report;
mod streamed;
mod table;
#[cfg(test)]
mod tests;
mod trace;
mod trouble;

use std::time::Duration;

use mailgrant_manager::Manager;
use mailgrant_storage::{KeyRing, Vault, memory::MemoryStore};

pub(crate) use self::table::{ColumnOf, HandOver};
use self::{hand_over::HandingOver, house::House, lines::Lines, report::Report, streamed::Streamed, table::Table};
use crate::{
    app,
    args::ImportArgs,
    connect::{self, Asked},
    exit::{Exit, Stop},
    identity,
    running::Running,
    sealed,
    store::{self, Place},
};

pub(crate) async fn run(running: &Running, args: &ImportArgs) -> Result<(), Stop> {
    connect::check_offered("import", args.provider, &args.app, None)?;
    let asked = Asked { provider: args.provider, args: &args.app, paste: false, aloud: false };
    let app = connect::resolve(&asked, None).await?;
    let client = app.client(&app::transport()?)?;
    let vault = vault(running, args.dry_run).await?;
    let manager = running.manage(client.register(Manager::builder(vault.clone())));
    let house = House { vault, manager, client, app };
    let mut report = Report::new(args.json, args.dry_run);
    let taken = match (&args.table, &args.from, &args.input) {
        (Some(table), Some(from), _) => {
            let old = Table::open(from, table, args, house.renews()).await?;
            let settle = Duration::from_secs(args.settle.into());
            HandingOver::new(&house, old, args.dry_run, settle).run(&mut report).await
        }
        (_, _, Some(_)) => Streamed::new(&house, lines(args)?, args.dry_run).run(&mut report).await,
        _ => return Err(Stop::new(Exit::Usage, "give a file of JSON lines, or --table with --from")),
    };
    taken.map_err(|stop| stop.next("no account is lost: run the same command again, and it goes on"))?;
    report.end()
}

fn lines(args: &ImportArgs) -> Result<Lines, Stop> {
    match (&args.input, &args.identity) {
        (Some(path), Some(identity)) => Ok(Lines::opened(&sealed::open(path, &identity::read(identity)?)?)),
        (Some(path), None) => Lines::open(path),
        (None, _) => Err(Stop::new(Exit::Usage, "give a file of JSON lines")),
    }
}

/// A store that is not there is not made to be looked at.
async fn vault(running: &Running, dry: bool) -> Result<Vault, Stop> {
    match store::place(running.places())? {
        Place::File(path, _) if dry && !path.exists() => Ok(Vault::new(MemoryStore::default(), KeyRing::ephemeral())),
        _ if dry => store::open_to_look(running.places()).await,
        _ => running.vault().await,
    }
}
