//! AnyClient: a client whose provider is only known at run time.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;

use crate::{
    AuthorizationCode, Bearer, Binding, Callback, Client, ClientCredentials, ClientIdentity, Error, Expired, Expiry,
    Grant, GrantKind, Implicit, Lookup, PendingAuthorization, Permit, Profile, Provider, RefreshBudget, RefreshError,
    Revocation, Session, Standing, TokenRecord,
};

/// A client whose provider, environment and app are only known at run time: what the manager keeps many of.
///
/// It works on records, and each verb runs the same typed flow that a caller of [`Client`] writes.
/// [`Client`] is one for every provider.
///
/// ```
/// use std::sync::Arc;
/// use mailgrant_core::AnyClient;
///
/// # use mailgrant_core::{Client, Provider};
/// # fn example<P: Provider, Q: Provider>(getresponse: Client<P>, verticalresponse: Client<Q>) {
/// let clients: [Arc<dyn AnyClient>; 2] = [getresponse.into(), verticalresponse.into()];
/// for client in &clients {
///     println!("{} at {}", client.identity().provider, client.identity().environment);
/// }
/// # }
/// ```
#[async_trait]
pub trait AnyClient: Send + Sync + 'static {
    /// Which app this is, where.
    fn identity(&self) -> &ClientIdentity;

    /// How the environment wants to be spoken to.
    fn profile(&self) -> &Profile;

    /// The budget that permits come from.
    fn budget(&self) -> &RefreshBudget;

    /// As [`Client::lookup`].
    ///
    /// # Errors
    ///
    /// As [`Client::lookup`].
    fn lookup(&self, callback: &Callback, binding: &Binding) -> Result<Lookup, Error>;

    /// Finishes a login: the callback is compared with what was put aside, and its code is spent.
    ///
    /// # Errors
    ///
    /// As [`receive`](crate::Session::receive) and [`exchange`](crate::Session::exchange).
    async fn complete(&self, pending: PendingAuthorization, callback: Callback) -> Result<TokenRecord, Error>;

    /// Renews a record's token, by spending its refresh token or by obtaining another: one request, for which
    /// `permit` is leave.
    async fn refresh(&self, permit: Permit, record: &TokenRecord) -> Outcome;

    /// As [`Client::account_id`].
    ///
    /// # Errors
    ///
    /// As [`Client::account_id`].
    async fn account_id(&self, record: &TokenRecord) -> Result<Option<String>, Error>;

    /// As [`Client::revoke`].
    ///
    /// # Errors
    ///
    /// As [`Client::revoke`].
    async fn revoke(&self, record: &TokenRecord) -> Result<Revocation, Error>;

    /// The record's token as a bearer, ending at `expiry`, that remembers the `version` it is stored under.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the record is another client's.
    fn bearer(&self, record: &TokenRecord, expiry: Expiry, version: u64) -> Result<Bearer, Error>;

    /// As [`Client::send`].
    ///
    /// # Errors
    ///
    /// As [`Client::send`].
    async fn send(&self, request: http::Request<Bytes>) -> Result<Response<Bytes>, Error>;
}

/// What became of a refresh.
#[derive(Debug)]
#[must_use = "a renewed record is the only copy of its tokens"]
#[expect(clippy::exhaustive_enums, reason = "a caller is to handle every arm")]
pub enum Outcome {
    /// The provider answered with a new token.
    Renewed(Box<TokenRecord>),
    /// Nothing was sent, or the answer says that nothing came of it.
    Untouched(Error),
    /// The provider said no to the grant.
    Refused(Error),
    /// It was sent, and no answer came that could be understood: the refresh token may be spent.
    Uncertain(Error),
}

impl<P: Provider> From<Client<P>> for Arc<dyn AnyClient> {
    fn from(client: Client<P>) -> Self {
        Arc::new(client)
    }
}

#[async_trait]
impl<P: Provider> AnyClient for Client<P> {
    fn identity(&self) -> &ClientIdentity {
        self.identity()
    }

    fn profile(&self) -> &Profile {
        self.profile()
    }

    fn budget(&self) -> &RefreshBudget {
        self.budget()
    }

    fn lookup(&self, callback: &Callback, binding: &Binding) -> Result<Lookup, Error> {
        self.lookup(callback, binding)
    }

    async fn complete(&self, pending: PendingAuthorization, callback: Callback) -> Result<TokenRecord, Error> {
        match pending.grant {
            GrantKind::AuthorizationCode => {
                let login = self.resume_any::<AuthorizationCode>(pending)?;
                Ok(login.receive(callback)?.exchange().await?.into_record())
            }
            GrantKind::Implicit => Ok(self.resume_any::<Implicit>(pending)?.receive(callback)?.into_record()),
            GrantKind::ClientCredentials | GrantKind::Adopted => {
                Err(Error::configuration("grant_mismatch", "this grant has no login that a callback could finish"))
            }
        }
    }

    async fn refresh(&self, permit: Permit, record: &TokenRecord) -> Outcome {
        match record.grant {
            GrantKind::AuthorizationCode => refresh::<P, AuthorizationCode>(self, permit, record).await,
            GrantKind::ClientCredentials => obtain(self, permit, record).await,
            GrantKind::Implicit | GrantKind::Adopted => Outcome::Refused(not_renewable()),
        }
    }

    async fn account_id(&self, record: &TokenRecord) -> Result<Option<String>, Error> {
        self.account_id(record).await
    }

    async fn revoke(&self, record: &TokenRecord) -> Result<Revocation, Error> {
        self.revoke(record).await
    }

    fn bearer(&self, record: &TokenRecord, expiry: Expiry, version: u64) -> Result<Bearer, Error> {
        record.identity.expect(self.identity())?;
        Ok(Bearer::new(self.api_target(), &record.issued.access, expiry, Some(version)))
    }

    async fn send(&self, request: http::Request<Bytes>) -> Result<Response<Bytes>, Error> {
        self.send(request).await
    }
}

/// A session in the state from which it is renewed; whoever holds a permit has decided that it may be.
fn lapsed<P: Provider, G: Grant>(client: &Client<P>, record: &TokenRecord) -> Result<Session<P, G, Expired>, Outcome> {
    // A record says of itself that it was left in doubt.
    let decided = TokenRecord { unknown: false, ..record.clone() };
    let standing = match client.restore_any::<G>(decided, record.renewal) {
        Ok(Standing::Live(session)) => session.lapse(),
        Ok(standing) => standing,
        Err(error) => return Err(Outcome::Untouched(error)),
    };
    match standing {
        Standing::Lapsed(session) => Ok(session),
        _ => Err(Outcome::Refused(not_renewable())),
    }
}

async fn refresh<P: Provider, G: Grant>(client: &Client<P>, permit: Permit, record: &TokenRecord) -> Outcome {
    let session = match lapsed::<P, G>(client, record) {
        Ok(session) => session,
        Err(outcome) => return outcome,
    };
    match session.refresh_with(permit).await {
        Ok(session) => Outcome::Renewed(Box::new(session.into_record())),
        Err(RefreshError::Refused { error, .. }) => Outcome::Refused(error),
        Err(RefreshError::Untouched { error, .. }) => Outcome::Untouched(error),
        Err(RefreshError::Uncertain { error, .. }) => Outcome::Uncertain(error),
    }
}

/// Nothing is spent by asking, so there is nothing to be uncertain about.
async fn obtain<P: Provider>(client: &Client<P>, permit: Permit, record: &TokenRecord) -> Outcome {
    match lapsed::<P, ClientCredentials>(client, record) {
        Ok(session) => match session.obtain_with(permit).await {
            Ok(session) => Outcome::Renewed(Box::new(session.into_record())),
            Err(setback) => Outcome::Untouched(setback.into()),
        },
        Err(outcome) => outcome,
    }
}

fn not_renewable() -> Error {
    Error::ask_user(
        "no_refresh_token",
        "there is nothing to renew this grant with: send the customer through the consent page again, or adopt another token",
    )
}
