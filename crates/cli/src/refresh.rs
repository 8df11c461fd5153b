//! `mailgrant refresh`: the token is renewed now.

use mailgrant_core::{Expiry, GrantKind, Host, RenewalKind, SystemHost};

use crate::{
    args::AccountArgs,
    exit::{Exit, Stop, connect_command},
    provider::ProviderName,
    running::{Granted, Running, adopt_or_connect},
    say, until,
};

pub(crate) async fn run(running: &Running, args: &AccountArgs) -> Result<(), Stop> {
    let opened = running.open(&args.account).await?;
    if let Some(grant) = opened.grant.filter(|grant| grant.renewal == RenewalKind::Never) {
        return Err(not_renewable(opened.provider, &args.account, grant));
    }
    let bearer = opened.account.refresh().await.map_err(|error| opened.stop(error))?;
    let end = until::described(bearer.expires_at(), SystemHost.now());
    say::words(&format!("`{}` has a new token, good {end}.", args.account));
    Ok(())
}

/// Nothing is asked of the provider: the token there is may still be good.
fn not_renewable(provider: ProviderName, name: &str, grant: Granted) -> Stop {
    let connect = format!("run `{}`", connect_command(Some(provider), name));
    let (what, next) = match grant.kind {
        // Nobody has to be asked for anything.
        GrantKind::AuthorizationCode if grant.ends == Expiry::Never => {
            let title = provider.title();
            let sentence = format!("the token of `{name}` has no end, so that nothing is to be renewed at {title}");
            return Stop::new(Exit::Failure, sentence).next(format!("{connect} if the API rejects it"));
        }
        GrantKind::Adopted => ("was adopted", adopt_or_connect(provider, name)),
        GrantKind::AuthorizationCode => ("came without a way to renew it", connect),
        _ => ("came by the implicit grant", connect),
    };
    Stop::new(Exit::AskUser, format!("the token of `{name}` {what}, and nothing renews such a token")).next(next)
}
