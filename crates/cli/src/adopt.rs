//! `mailgrant adopt`: a token that was made elsewhere, kept here.

use std::time::Duration;

use mailgrant_core::{Error, Host, SystemHost};

use crate::{
    app,
    args::AdoptArgs,
    connect,
    exit::{Exit, Stop, disconnect_command, quoted},
    note,
    provider::ProviderName,
    running::Running,
    say, until,
    whose::Rows,
};

pub(crate) async fn run(running: &Running, args: &AdoptArgs) -> Result<(), Stop> {
    let name = &*args.account;
    let vault = running.vault().await?;
    let note = note::load(&vault, name).await?;
    Rows::of(&vault, name).await?.expect(&note, ProviderName::Getresponse, name)?;
    let app = connect::of_adopted(args, note.latest())?;
    let client = app.client(&app::transport()?)?.getresponse()?;
    let Some(token) = connect::line_secretly("Token").await? else {
        return Err(Stop::new(Exit::Usage, "no token came on stdin: nothing is adopted"));
    };
    let life = args.expires_in.map(|seconds| Duration::from_secs(seconds.into()));
    let session = client.adopt(token.into(), life)?;
    let ends = session.expires_at();

    connect::keep_session(running, &vault, name, &app, session).await.map_err(|error| stop(error, name))?;
    let end = until::described(ends, SystemHost.now());
    say::words(&format!(
        "`{name}` has that token, good {end}; it is never renewed. Try `mailgrant call {} GET /accounts`.",
        quoted(name)
    ));
    Ok(())
}

/// Nobody consented here: what is wrong is the token, or the name that it was adopted under.
fn stop(error: Error, name: &str) -> Stop {
    let sentence = match error.code() {
        "account_mismatch" => {
            format!("that token is of another account of GetResponse than `{name}` is: nothing was stored")
        }
        "account_unverified" => {
            format!(
                "GetResponse's API did not say that the token is of the account that `{name}` is: nothing was stored"
            )
        }
        _ => return Stop::of_account(error, Some(ProviderName::Getresponse), name),
    };
    Stop::new(Exit::AskUser, format!("{sentence} [{}]", error.code()))
        .next(format!("adopt a good one of its own, choose another name, or run `{}` first", disconnect_command(name)))
}
