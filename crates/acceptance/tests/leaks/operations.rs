//! Everything that sends a secret somewhere, brought to the point where it does.

use mailgrant_acceptance::REDIRECT_URI;
use mailgrant_core::{
    AuthorizationCode, Authorized, Callback, Client, ClientCredentials, Error, OfferedBy, Provider, RefreshError,
    Session, Standing, http::Method, renewal,
};

use crate::{ear::Ear, flows::connected, shop, shop::Shop};

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Exchange,
    ExchangeInJson,
    ExchangeByGet,
    ExchangeDelegated,
    Obtain,
    Refresh,
    RefreshDelegated,
    Revoke,
    Call,
    Account,
}

pub(crate) const OPERATIONS: [Operation; 10] = [
    Operation::Exchange,
    Operation::ExchangeInJson,
    Operation::ExchangeByGet,
    Operation::ExchangeDelegated,
    Operation::Obtain,
    Operation::Refresh,
    Operation::RefreshDelegated,
    Operation::Revoke,
    Operation::Call,
    Operation::Account,
];

impl Operation {
    /// Begins in a shop that is in order, lets it fail, goes on. Whether it failed.
    pub(crate) async fn play(self, ear: &Ear, shop: &Shop) -> bool {
        match self {
            Self::Exchange => exchange(ear, shop, shop.getresponse()).await,
            Self::ExchangeInJson => exchange(ear, shop, shop.getresponse().with_json_body().with_pkce()).await,
            Self::ExchangeByGet => exchange(ear, shop, shop.classic()).await,
            Self::ExchangeDelegated => exchange(ear, shop, shop.delegated().with_pkce()).await,
            Self::Obtain => {
                shop.fail();
                match shop.client(shop.getresponse()).begin(ClientCredentials).obtain().await {
                    Ok(session) => came(ear, &session),
                    Err(setback) => failed(ear, setback),
                }
            }
            Self::Refresh => refresh(ear, shop, shop.getresponse()).await,
            Self::RefreshDelegated => refresh(ear, shop, shop.delegated()).await,
            Self::Revoke => {
                let (client, session) = begun(ear, shop, shop.delegated()).await;
                let record = session.into_record();
                shop.fail();
                match client.revoke(&record).await {
                    Ok(revocation) => came(ear, &revocation),
                    Err(error) => failed(ear, error),
                }
            }
            Self::Call => {
                let (client, session) = begun(ear, shop, shop.getresponse()).await;
                shop.fail();
                let bearer = session.bearer();
                match client.send(bearer.request(Method::POST, "/contacts").unwrap()).await {
                    // What the API says is the caller's to read; what is made of it here is not to repeat it.
                    Ok(answer) => came(ear, &bearer.verdict(&answer)),
                    Err(error) => failed(ear, error),
                }
            }
            Self::Account => {
                let (client, session) = begun(ear, shop, shop.getresponse()).await;
                let record = session.into_record();
                shop.fail();
                match client.account_id(&record).await {
                    Ok(id) => came(ear, &id),
                    Err(error) => failed(ear, error),
                }
            }
        }
    }
}

async fn begun<P>(ear: &Ear, shop: &Shop, provider: P) -> (Client<P>, Session<P, AuthorizationCode, Authorized>)
where
    P: Provider,
    AuthorizationCode: OfferedBy<P>,
{
    let client = shop.client(provider);
    let login = client.begin(AuthorizationCode::returning_to(REDIRECT_URI).unwrap());
    let session = connected(ear, login).await;
    (client, session)
}

async fn exchange<P>(ear: &Ear, shop: &Shop, provider: P) -> bool
where
    P: Provider,
    AuthorizationCode: OfferedBy<P>,
{
    let client = shop.client(provider);
    let login = client.begin(AuthorizationCode::returning_to(REDIRECT_URI).unwrap());
    let callback = Callback::parse(&shop::with_code(login.authorize_url().as_str())).unwrap();
    let received = login.receive(callback).unwrap();
    shop.fail();
    match received.exchange().await {
        Ok(session) => came(ear, &session),
        Err(setback) => failed(ear, setback),
    }
}

async fn refresh<P>(ear: &Ear, shop: &Shop, provider: P) -> bool
where
    P: Provider,
    AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh>,
{
    let (_, session) = begun(ear, shop, provider).await;
    let Standing::Lapsed(lapsed) = session.expire() else { panic!("it can be refreshed") };
    shop.fail();
    match lapsed.refresh().await {
        Ok(session) => came(ear, &session),
        Err(RefreshError::Uncertain { session, error }) => {
            ear.show(&session);
            ear.hear(&error);
            match session.replay().await {
                Ok(session) => came(ear, &session),
                Err(setback) => failed(ear, setback),
            }
        }
        Err(setback) => failed(ear, setback),
    }
}

fn came(ear: &Ear, what: &impl std::fmt::Debug) -> bool {
    ear.show(what);
    false
}

fn failed(ear: &Ear, setback: impl std::error::Error + Into<Error> + 'static) -> bool {
    ear.hear(&setback);
    ear.hear(&setback.into());
    true
}
