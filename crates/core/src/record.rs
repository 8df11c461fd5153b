//! TokenRecord: a session at rest.

use std::{fmt, time::SystemTime};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{
    AccessToken, Client, ClientIdentity, Error, Expiry, Grant, GrantKind, Profile, Provider, RecordFormat,
    RefreshToken, RenewalKind, SecretBytes, at_rest,
    issued::Issued,
    pending::{at_millis, from_millis, named_grant, named_renewal},
    secret::same,
};

/// A session at rest: what a store keeps, sealed, and what [`Client::restore`] wakes.
#[derive(Clone)]
pub struct TokenRecord {
    pub(crate) identity: ClientIdentity,
    pub(crate) grant: GrantKind,
    pub(crate) renewal: RenewalKind,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) issued: Issued,
    /// A refresh was sent and its answer never came.
    pub(crate) unknown: bool,
}

impl TokenRecord {
    pub(crate) fn new<P: Provider, G: Grant>(
        client: &Client<P>,
        grant: &G,
        renewal: RenewalKind,
        unknown: bool,
        issued: Issued,
    ) -> Self {
        Self {
            identity: client.identity().clone(),
            grant: G::KIND,
            renewal,
            redirect_uri: grant.redirect_uri().map(Into::into),
            issued,
            unknown,
        }
    }

    /// Whose client can wake it.
    #[must_use]
    pub fn identity(&self) -> &ClientIdentity {
        &self.identity
    }

    /// The grant that it is of.
    #[must_use]
    pub fn grant(&self) -> GrantKind {
        self.grant
    }

    /// How it goes on once its token has ended. A refresh needs a refresh token: without one, it never does.
    #[must_use]
    pub fn renewal(&self) -> RenewalKind {
        match self.renewal {
            RenewalKind::Refresh if self.issued.refresh.is_none() => RenewalKind::Never,
            renewal => renewal,
        }
    }

    /// When the access token ends, by the clock of the host that obtained it.
    #[must_use]
    pub fn expires_at(&self) -> Expiry {
        self.issued.expiry
    }

    /// When it was obtained: the moment before the request was sent, by the clock of the host that sent it.
    #[must_use]
    pub fn obtained_at(&self) -> SystemTime {
        self.issued.at
    }

    /// Whether a refresh token is in it: to renew with, or to give the grant back with.
    #[must_use]
    pub fn has_refresh_token(&self) -> bool {
        self.issued.refresh.is_some()
    }

    /// The scope that was granted, where the answer named one.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.issued.scope.as_deref()
    }

    /// Whose account it opens, as the provider names it, where that was said.
    #[must_use]
    pub fn account_id(&self) -> Option<&str> {
        self.issued.account_id.as_deref()
    }

    /// The same record, of the account that the provider calls `id`.
    #[must_use]
    pub fn of_account(mut self, id: impl Into<String>) -> Self {
        self.issued.account_id = Some(id.into());
        self
    }

    /// What its answer brought that the provider's documents do not mention, by the names of the fields; it is kept.
    #[must_use]
    pub fn undocumented(&self, profile: &Profile) -> Option<&'static str> {
        let life = profile.unnamed_expiry == Expiry::Never && matches!(self.issued.expiry, Expiry::At(_));
        let refresh_token = self.renewal != RenewalKind::Refresh && self.issued.refresh.is_some();
        match (life, refresh_token) {
            (true, true) => Some("expires_in refresh_token"),
            (true, false) => Some("expires_in"),
            (false, true) => Some("refresh_token"),
            (false, false) => None,
        }
    }

    /// Whether both hold the same access token, compared in constant time.
    #[must_use]
    pub fn same_access_token(&self, other: &Self) -> bool {
        same(&self.issued.access, &other.issued.access)
    }

    /// Whether both hold the same refresh token, or neither holds one, compared in constant time.
    #[must_use]
    pub fn same_refresh_token(&self, other: &Self) -> bool {
        match (&self.issued.refresh, &other.issued.refresh) {
            (Some(one), Some(other)) => same(one, other),
            (None, None) => true,
            _ => false,
        }
    }

    /// The bytes to be sealed.
    ///
    /// ```
    /// # use mailgrant_core::{SecretBytes, TokenRecord};
    /// # fn example(record: TokenRecord, seal: impl Fn(SecretBytes) -> Vec<u8>) {
    /// let sealed = seal(record.encode());
    /// # }
    /// ```
    #[must_use]
    pub fn encode(&self) -> SecretBytes {
        self.encode_as(RecordFormat::default())
    }

    /// The bytes to be sealed, in `format`.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "door: into bytes that are sealed next")]
    pub fn encode_as(&self, format: RecordFormat) -> SecretBytes {
        at_rest::encode(&Written {
            v: format.number(),
            identity: &self.identity,
            grant: self.grant.name(),
            renewal: self.renewal.name(),
            redirect_uri: self.redirect_uri.as_deref(),
            access_token: self.issued.access.expose_secret(),
            refresh_token: self.issued.refresh.as_ref().map(ExposeSecret::expose_secret),
            expires: match self.issued.expiry {
                Expiry::At(end) => Expires::At(at_millis(end)),
                Expiry::Never => Expires::Never,
                Expiry::Unknown => Expires::Unknown,
            },
            obtained_at: at_millis(self.issued.at),
            scope: self.issued.scope.as_deref(),
            account_id: self.issued.account_id.as_deref(),
            unknown: self.unknown,
        })
    }

    /// Reads what [`encode`](Self::encode) wrote.
    ///
    /// ```
    /// # use mailgrant_core::{*, secrecy::ExposeSecret};
    /// # #[derive(Clone, Debug)] struct Postbox(Profile);
    /// # impl Provider for Postbox { const NAME: &'static str = "postbox"; fn profile(&self) -> &Profile { &self.0 } }
    /// # impl OfferedBy<Postbox> for Adopted { type Renewal = renewal::Never; }
    /// # fn main() -> Result<(), Error> {
    /// # let (at, api) = ("https://postbox.example", "https://api.postbox.example");
    /// # let endpoints = Endpoints::parse(at, at, api)?;
    /// # let (postbox, app) = (Postbox(Profile::new("production", endpoints)), Credentials::new("id", "secret"));
    /// # let client = Client::builder(postbox, app, std::sync::Arc::new(testing::MockTransport::new())).build()?;
    /// # let record = client.adopt("abc".into(), None)?.into_record();
    /// let opened: SecretBytes = record.encode();
    /// let read = TokenRecord::decode(opened.expose_secret())?;
    /// assert!(read.same_access_token(&record));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the bytes are none of ours, or of a newer build.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let read: Read = at_rest::decode(bytes)?;
        Ok(Self {
            identity: read.identity,
            grant: named_grant(&read.grant)?,
            renewal: named_renewal(&read.renewal)?,
            redirect_uri: read.redirect_uri,
            issued: Issued {
                access: AccessToken::received(read.access_token)?,
                refresh: read.refresh_token.map(RefreshToken::received).transpose()?,
                expiry: match read.expires {
                    Expires::At(end) => Expiry::At(from_millis(end)),
                    Expires::Never => Expiry::Never,
                    Expires::Unknown => Expiry::Unknown,
                },
                at: from_millis(read.obtained_at),
                scope: read.scope,
                account_id: read.account_id,
            },
            unknown: read.unknown,
        })
    }
}

impl fmt::Debug for TokenRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenRecord")
            .field("identity", &self.identity)
            .field("grant", &self.grant)
            .field("renewal", &self.renewal())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    identity: &'a ClientIdentity,
    grant: &'a str,
    renewal: &'a str,
    redirect_uri: Option<&'a str>,
    access_token: &'a str,
    refresh_token: Option<&'a str>,
    expires: Expires,
    obtained_at: u64,
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
    unknown: bool,
}

#[derive(Deserialize)]
struct Read {
    identity: ClientIdentity,
    grant: String,
    renewal: String,
    redirect_uri: Option<String>,
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    expires: Expires,
    obtained_at: u64,
    scope: Option<String>,
    #[serde(default)]
    account_id: Option<String>,
    unknown: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expires {
    At(u64),
    Never,
    Unknown,
}
