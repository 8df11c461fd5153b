//! Which options are offered where.

use crate::{
    app::{App, GrantName},
    args::AppArgs,
    environment::Generation,
    exit::{Exit, Stop},
    provider::ProviderName,
};

const GETRESPONSE: &str = "getresponse";
const VERTICALRESPONSE: &str = "verticalresponse";
const FIRST: &str = "verticalresponse --generation 1";
const SECOND: &str = "verticalresponse --generation 2";

/// An option that was given, with every place where it is offered.
type Given = (&'static str, bool, &'static [&'static str]);

/// Refuses an option that means nothing with the provider, or with the generation that is given or remembered.
pub(crate) fn check(
    command: &str,
    provider: ProviderName,
    args: &AppArgs,
    remembered: Option<&App>,
) -> Result<(), Stop> {
    let own = &args.vertical;
    let generation =
        own.generation.or_else(|| remembered.and_then(|app| app.environment.generation())).unwrap_or_default();
    let here = match (provider, generation) {
        (ProviderName::Getresponse, _) => GETRESPONSE,
        (ProviderName::Verticalresponse, Generation::First) => FIRST,
        (ProviderName::Verticalresponse, Generation::Second) => SECOND,
    };
    let is_here = |place: &&str| *place == here || *place == VERTICALRESPONSE && here != GETRESPONSE;
    match options(args).into_iter().find(|(_, given, places)| *given && !places.iter().any(is_here)) {
        Some((option, _, places)) => {
            let whole = |place: &&str| format!("`{command} {place}`");
            let places: Vec<_> = places.iter().map(whole).collect();
            Err(Stop::new(
                Exit::Usage,
                format!("{option} is offered with {}, not with {}: leave it out", places.join(" or "), whole(&here)),
            ))
        }
        None => Ok(()),
    }
}

fn options(args: &AppArgs) -> [Given; 12] {
    let (server, own) = (&args.environment, &args.vertical);
    [
        ("--generation", own.generation.is_some(), &[VERTICALRESPONSE]),
        ("--binding", own.binding.is_some(), &[FIRST]),
        ("--post-exchange", own.post_exchange.is_some(), &[FIRST]),
        ("--revoke-url", own.revoke_url.is_some(), &[SECOND]),
        ("--pkce", args.pkce.is_some(), &[GETRESPONSE, SECOND]),
        ("--send-redirect-uri=false", args.send_redirect_uri == Some(false), &[GETRESPONSE]),
        ("--grant client-credentials", args.grant == Some(GrantName::ClientCredentials), &[GETRESPONSE]),
        ("--grant implicit", args.grant == Some(GrantName::Implicit), &[GETRESPONSE]),
        ("--max-domain", server.max_domain.is_some(), &[GETRESPONSE]),
        ("--max-region", server.max_region.is_some(), &[GETRESPONSE]),
        ("--parent-login", server.parent_login.is_some(), &[GETRESPONSE]),
        ("--json-body", server.json_body.is_some(), &[GETRESPONSE]),
    ]
}
