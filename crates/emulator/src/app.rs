//! An app registered with the provider.

use std::fmt;

/// An app as its developer registered it: credentials with the redirect URIs that belong to them.
#[derive(Clone)]
pub struct App {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) name: Option<String>,
}

impl App {
    /// An app without redirect URIs. Any text is a valid id or secret.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self { client_id: client_id.into(), client_secret: client_secret.into(), redirect_uris: Vec::new(), name: None }
    }

    /// Registers one redirect URI, compared byte by byte. With exactly one, requests may leave it
    /// out. With none, any URI that a request sends is accepted.
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
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret stays out: these values end up in test logs that people share.
        f.debug_struct("App")
            .field("client_id", &self.client_id)
            .field("redirect_uris", &self.redirect_uris)
            .finish_non_exhaustive()
    }
}
