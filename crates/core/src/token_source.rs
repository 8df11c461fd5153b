//! TokenSource: one account, whoever keeps it alive.

use async_trait::async_trait;

use crate::{Authorized, Bearer, Error, ErrorKind, Grant, Provider, Session};

/// Where the calls of one account get their token from: an authorized [`Session`], or an account that the
/// manager keeps alive. It is what code that only makes calls should ask for.
///
/// ```
/// use mailgrant_core::{AnyClient, Error, TokenSource, bytes::Bytes, http::{Method, Response}};
///
/// async fn accounts(source: &dyn TokenSource, client: &dyn AnyClient) -> Result<Response<Bytes>, Error> {
///     let bearer = source.token().await?;
///     let answer = client.send(bearer.request(Method::GET, "/accounts")?).await?;
///     if !bearer.is_rejected_by(&answer) {
///         return Ok(answer);
///     }
///     let another = source.reject(&bearer).await?; // once
///     client.send(another.request(Method::GET, "/accounts")?).await
/// }
/// ```
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// A token that is good now.
    ///
    /// # Errors
    ///
    /// By what to do next: see [`ErrorKind`].
    async fn token(&self) -> Result<Bearer, Error>;

    /// Says that the API rejected `bearer`; a token to try once more with.
    ///
    /// A second rejection is the answer: GetResponse's error 1014, for one, does not prove a bad token.
    ///
    /// # Errors
    ///
    /// By what to do next; in particular if there is no other token to be had.
    async fn reject(&self, bearer: &Bearer) -> Result<Bearer, Error>;
}

#[async_trait]
impl<P: Provider, G: Grant> TokenSource for Session<P, G, Authorized> {
    async fn token(&self) -> Result<Bearer, Error> {
        if self.expires_at().is_past(self.client().host().now()) {
            return Err(Error::new(
                ErrorKind::TryLater,
                "session_lapsed",
                "the session's token has ended: `check` it, and refresh what has lapsed",
            ));
        }
        Ok(self.any_bearer())
    }

    async fn reject(&self, _: &Bearer) -> Result<Bearer, Error> {
        Err(Error::new(
            ErrorKind::AskUser,
            "token_rejected",
            "the API rejected the session's token: `expire` the session, and refresh it or ask the customer again",
        ))
    }
}
