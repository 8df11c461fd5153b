//! `mailgrant refresh`: the token is renewed now.

use mailgrant_core::{GrantKind, Host, RenewalKind, SystemHost};

use crate::{
    args::AccountArgs,
    exit::{Exit, Stop, connect_command},
    running::{Granted, Running, adopt_or_connect},
    say, until,
};

pub(crate) async fn run(running: &Running, args: &AccountArgs) -> Result<(), Stop> {
    let opened = running.open(&args.account).await?;
    if let Some(Granted { kind, renewal: RenewalKind::Never }) = opened.grant {
        return Err(not_renewable(&args.account, kind));
    }
    let bearer = opened.account.refresh().await.map_err(|error| opened.stop(error))?;
    let end = until::described(bearer.expires_at(), SystemHost.now());
    say::words(&format!("`{}` has a new token, good {end}.", args.account));
    Ok(())
}

/// Nothing is asked of the provider: the token there is may still be good.
fn not_renewable(name: &str, kind: GrantKind) -> Stop {
    let (what, next) = match kind {
        GrantKind::Adopted => ("was adopted", adopt_or_connect(name)),
        _ => ("came by the implicit grant", format!("run `{}`", connect_command(name))),
    };
    Stop::new(Exit::AskUser, format!("the token of `{name}` {what}, and nothing renews such a token")).next(next)
}
