//! Whose account a token opens, by the provider's word.

use std::time::Duration;

use http::Method;

use crate::{AccountName, Bearer, Client, Error, Provider, Request, TokenRecord, wire};

impl<P: Provider> Client<P> {
    /// Whose account the record's token opens, as the provider names it: from the record, else from one call of the
    /// API. `None` where the provider does not say.
    ///
    /// Compare it when an account is connected again: who consents may have been logged in elsewhere.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # async fn example<P: Provider>(client: Client<P>, kept: TokenRecord, new: TokenRecord) -> Result<(), Error> {
    /// match (client.account_id(&kept).await?, client.account_id(&new).await?) {
    ///     (Some(kept), Some(new)) if kept != new => println!("that is {new}: log in as {kept}"),
    ///     _ => println!("the same account, as far as the provider says"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TryLater`](crate::ErrorKind::TryLater) if the API did not say it now.
    pub async fn account_id(&self, record: &TokenRecord) -> Result<Option<String>, Error> {
        record.identity.expect(self.identity())?;
        match (record.account_id(), self.profile().account) {
            (Some(id), _) => Ok(Some(id.to_owned())),
            (None, Some(AccountName::At { path, field })) => self.look_up(record, path, field).await.map(Some),
            (None, _) => Ok(None),
        }
    }

    async fn look_up(&self, record: &TokenRecord, path: &str, field: &str) -> Result<String, Error> {
        let bearer: Bearer = Bearer::new(self.api_target(), &record.issued.access, record.expires_at(), None);
        let request = Request::new(bearer.request(Method::GET, path)?, Duration::from_secs(5), 64 * 1024);
        let answer = self.transport().send(request).await.map_err(wire::unanswered)?;
        wire::id(answer.body(), field).filter(|_| answer.status().is_success()).ok_or_else(|| {
            Error::try_later(
                "account_unnamed",
                "the provider's API did not say whose account the new token opens: try again",
            )
            .answered(answer.status().as_u16(), None)
        })
    }
}
