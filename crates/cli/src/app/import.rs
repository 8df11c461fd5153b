//! Import: a record of tokens that other code obtained for the app.

use std::time::Duration;

use mailgrant_core::{
    Adopted, Client, ClientCredentials, Error, ErrorKind, Expiry, Grant, OfferedBy, Provider, Standing, TokenRecord,
    Tokens,
};

use super::{App, AppClient, GrantName};

impl AppClient {
    /// The record of `tokens`, which came by `grant`. Nothing is sent.
    pub(crate) fn import(&self, app: &App, grant: GrantName, tokens: Tokens) -> Result<TokenRecord, Error> {
        match (self, grant) {
            (Self::GetResponse(client), GrantName::AuthorizationCode) => {
                record(client.import(app.authorization_code()?, tokens)?)
            }
            (Self::GetResponse(client), GrantName::ClientCredentials) => {
                record(client.import(ClientCredentials, tokens)?)
            }
            (Self::GetResponse(client), GrantName::Implicit) => record(client.import(app.implicit()?, tokens)?),
            (Self::GetResponse(client), GrantName::Adopted) => adopted(client, tokens),
            (Self::Classic(client), GrantName::AuthorizationCode) => {
                record(client.import(app.authorization_code()?, tokens)?)
            }
            (Self::Delegated(client), GrantName::AuthorizationCode) => {
                record(client.import(app.authorization_code()?, tokens)?)
            }
            (Self::Classic(_) | Self::Delegated(_), _) => Err(Error::new(
                ErrorKind::Configuration,
                "grant_mismatch",
                "VerticalResponse offers the authorization code grant alone",
            )),
        }
    }
}

fn record<P: Provider, G: Grant>(standing: Standing<P, G>) -> Result<TokenRecord, Error> {
    match standing {
        Standing::Live(session) => Ok(session.into_record()),
        Standing::Lapsed(session) => Ok(session.into_record()),
        Standing::Unknown(session) => Ok(session.into_record()),
        Standing::Absent(_) => Err(ended()),
    }
}

fn adopted<P: Provider>(client: &Client<P>, tokens: Tokens) -> Result<TokenRecord, Error>
where
    Adopted: OfferedBy<P>,
{
    let left = tokens.expires_at.remaining(client.host().now());
    if left == Some(Duration::ZERO) {
        return Err(ended());
    }
    let Some(token) = tokens.access_token else {
        return Err(Error::new(ErrorKind::Configuration, "tokens_missing", "an adopted token is an access token"));
    };
    let life = matches!(tokens.expires_at, Expiry::At(_)).then_some(left).flatten();
    let record = client.adopt(token, life)?.into_record();
    Ok(match tokens.account_id {
        Some(id) => record.of_account(id),
        None => record,
    })
}

fn ended() -> Error {
    Error::new(
        ErrorKind::AskUser,
        "tokens_ended",
        "its token has ended, and there is nothing to renew it with: connect the account anew",
    )
}
