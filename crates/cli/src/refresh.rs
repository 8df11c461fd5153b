//! `mailgrant refresh`: the token is renewed now.

use mailgrant_core::{Host, SystemHost};

use crate::{args::AccountArgs, exit::Stop, running::Running, say, until};

pub(crate) async fn run(running: &Running, args: &AccountArgs) -> Result<(), Stop> {
    let opened = running.open(&args.account).await?;
    let bearer = opened.account.refresh().await.map_err(|error| Stop::of_account(error, &args.account))?;
    let end = until::described(bearer.expires_at(), SystemHost.now());
    say::words(&format!("`{}` has a new token, good {end}.", args.account));
    Ok(())
}
