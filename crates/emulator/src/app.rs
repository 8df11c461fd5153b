//! An app registered with the provider.

use std::fmt;

use crate::domain::is_panel_domain;

/// An app as its developer registered it: credentials with the redirect URIs that belong to them.
#[derive(Clone)]
pub struct App {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) name: Option<String>,
    /// The panel domain of the MAX environment; a retail app has none.
    pub(crate) max: Option<String>,
}

impl App {
    /// A retail app without redirect URIs. Any text is a valid id or secret.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            redirect_uris: Vec::new(),
            name: None,
            max: None,
        }
    }

    /// Registers one redirect URI, compared byte by byte. With exactly one, requests may leave it
    /// out at GetResponse. With none, any URI that a request sends is accepted; VerticalResponse's
    /// first generation checks none unless its settings say so.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// The name that the consent page shows; the client id without it.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Puts the app into the MAX environment with this panel domain, for example
    /// `custom-domain.getresponse360.com`. Its token requests, as well as the API calls with its
    /// tokens, then need `X-Domain` with exactly that.
    ///
    /// A request without it, or with one that is no panel domain, is answered 400 (code 1021); with
    /// another domain 404 (code 1024); both always as an envelope. For a retail app the token
    /// endpoint ignores `X-Domain`, but the API refuses a retail token that comes with it: retail
    /// credentials do not work in MAX. An empty `X-Domain` counts as none.
    ///
    /// # Panics
    ///
    /// It is no panel domain (see [`App::is_panel_domain`]): no request could ever name it.
    #[must_use]
    #[track_caller]
    pub fn max(mut self, domain: impl Into<String>) -> Self {
        let domain = domain.into();
        assert!(is_panel_domain(&domain), "`{domain}` is no panel domain");
        self.max = Some(domain);
        self
    }

    /// Whether this is a bare host as `X-Domain` wants it: two labels or more in lower case, without
    /// a scheme, a port or a leading `www.`, not an IP address.
    #[must_use]
    pub fn is_panel_domain(domain: &str) -> bool {
        is_panel_domain(domain)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret stays out: these values end up in test logs that people share.
        f.debug_struct("App")
            .field("client_id", &self.client_id)
            .field("redirect_uris", &self.redirect_uris)
            .field("max", &self.max)
            .finish_non_exhaustive()
    }
}
