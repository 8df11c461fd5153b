//! `mailgrant adopt`: a token that was made elsewhere, kept here.

use std::time::Duration;

use mailgrant_core::{Host, SystemHost};

use crate::{
    app,
    args::AdoptArgs,
    connect,
    exit::{Exit, Stop},
    note,
    running::Running,
    say, until,
};

pub(crate) async fn run(running: &Running, args: &AdoptArgs) -> Result<(), Stop> {
    let name = &*args.account;
    let vault = running.vault().await?;
    let note = note::load(&vault, name).await?;
    let app = connect::of_adopted(args, note.latest())?;
    let client = app.client(&app::transport()?)?;
    let Some(token) = connect::line_secretly("Token").await? else {
        return Err(Stop::new(Exit::Usage, "no token came on stdin: nothing is adopted"));
    };
    let life = args.expires_in.map(|seconds| Duration::from_secs(seconds.into()));
    let session = client.adopt(token.into(), life)?;
    let ends = session.expires_at();

    connect::keep_session(running, &vault, name, &app, session).await?;
    let end = until::described(ends, SystemHost.now());
    say::words(&format!(
        "`{name}` has that token, good {end}; it is never renewed. Try `mailgrant call {name} GET /accounts`."
    ));
    Ok(())
}
