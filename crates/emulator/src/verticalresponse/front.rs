//! Who sends a customer to the consent page.

use crate::fields::Fields;
use crate::redirect::{is_loopback, is_usable};
use crate::settings::RedirectCheck;
use crate::world::State;

/// An app with the place that the customer goes back to.
#[derive(Debug)]
pub(super) struct Asker {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
}

/// Finds the app, or what to tell the customer: without it nobody is redirected.
pub(super) fn asker(query: &Fields, state: &State, check: RedirectCheck) -> Result<Asker, &'static str> {
    let client_id = query.filled("client_id").ok_or("The request does not say which app it is from.")?;
    let redirect_uri = query.filled("redirect_uri").ok_or("The request does not say where to send you back to.")?;
    let is_known = match state.ledger.registry.app(client_id) {
        Some(app) => app.redirect_uris.is_empty() || app.redirect_uris.iter().any(|uri| fits(uri, redirect_uri, check)),
        None if state.settings.any_client => is_loopback(redirect_uri),
        None => return Err("Nobody registered this app here."),
    };
    if !is_known || !is_usable(redirect_uri) {
        return Err("The app may not send you back to where its request says.");
    }
    Ok(Asker { client_id: client_id.to_owned(), redirect_uri: redirect_uri.to_owned() })
}

fn fits(registered: &str, named: &str, check: RedirectCheck) -> bool {
    match check {
        RedirectCheck::Unchecked => true,
        RedirectCheck::WithoutQuery => without_query(registered) == without_query(named),
        RedirectCheck::Exact => registered == named,
    }
}

fn without_query(uri: &str) -> &str {
    uri.split('?').next().unwrap_or(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_may_be_free() {
        let (registered, named) = ("http://a/x?b=1", "http://a/x?c=2");
        assert!(fits(registered, named, RedirectCheck::WithoutQuery));
        assert!(!fits(registered, "http://a/x/?b=1", RedirectCheck::WithoutQuery));
        assert!(!fits(registered, named, RedirectCheck::Exact));
        assert!(fits(registered, registered, RedirectCheck::Exact));
        assert!(fits(registered, "http://b/", RedirectCheck::Unchecked));
    }
}
