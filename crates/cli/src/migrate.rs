//! `mailgrant migrate`: the store's schema is brought to this build's, or printed.

use mailgrant_storage::sqlite::SqliteStore;

use crate::{
    args::MigrateArgs,
    exit::Stop,
    running::Running,
    say,
    store::{self, Place},
};

pub(crate) async fn run(running: &Running, args: &MigrateArgs) -> Result<(), Stop> {
    let place = store::place(running.places())?;
    let (name, ddl) = match &place {
        Place::File(path, naming) => (path.display().to_string(), Some(SqliteStore::ddl(&naming.table_prefix()?))),
        Place::Server(server) => (server.name().to_owned(), server.ddl()?),
    };
    let Some(ddl) = ddl else {
        if !args.print {
            store::open_sealed(running.places()).await?;
        }
        say::words(&format!("{name}: a store on Redis has no schema: there is nothing to migrate."));
        return Ok(());
    };
    if args.print {
        return say::line(ddl.trim_end());
    }
    store::open_sealed(running.places()).await?;
    say::words(&format!("{name}: the schema is this build's."));
    Ok(())
}
