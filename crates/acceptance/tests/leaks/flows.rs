//! Every flow that succeeds: nothing that it shows, logs or sends along holds a secret.

use mailgrant_acceptance::REDIRECT_URI;
use mailgrant_core::{
    Adopted, AuthorizationCode, Authorized, Binding, Callback, Client, ClientCredentials, Grant, Implicit, OfferedBy,
    Provider, Session, Standing, TokenRecord, Unauthorized, http::Method, renewal,
};
use mailgrant_verticalresponse::VerticalResponse;

use crate::{
    canary::{self, Kind},
    ear::Ear,
    shop::{self, Shop},
};

/// A login by a code, each of its steps shown.
pub(crate) async fn connected<P>(
    ear: &Ear,
    login: Session<P, AuthorizationCode, Unauthorized>,
) -> Session<P, AuthorizationCode, Authorized>
where
    P: Provider,
    AuthorizationCode: OfferedBy<P>,
{
    let client = login.client().clone();
    ear.show(&client);
    ear.show(&login);
    ear.show(&login.authorize_url());
    let url = login.authorize_url().as_str().to_owned();
    shop::assert_for_a_browser(&url);
    let pending = login.into_pending();
    ear.show(&pending);
    ear.show(&pending.encode());
    ear.show(&pending.lookup(&Binding::browser("cookie").unwrap()));
    let callback = Callback::parse(&shop::with_code(&url)).unwrap();
    ear.show(&callback);
    let login: Session<P, AuthorizationCode, Unauthorized> = client.resume(pending).unwrap();
    let received = login.receive(callback).unwrap();
    ear.show(&received);
    received.exchange().await.unwrap()
}

/// Calls with it, puts it to rest: what rests.
async fn used<P: Provider, G: Grant + OfferedBy<P>>(
    ear: &Ear,
    client: &Client<P>,
    session: Session<P, G, Authorized>,
) -> TokenRecord {
    ear.show(&session);
    let bearer = session.bearer();
    ear.show(&bearer);
    ear.show(&bearer.header());
    let request = bearer.request(Method::GET, "/contacts?page=2").unwrap();
    ear.show(&request);
    let answer = client.send(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    ear.show(&bearer.verdict(&answer));
    let repeated = bearer.header();
    ear.say(bearer.redact(repeated.to_str().unwrap()));
    let record = session.into_record();
    ear.show(&record);
    ear.show(&record.encode());
    ear.show(&client.account_id(&record).await.unwrap());
    record
}

async fn refreshed<P>(ear: &Ear, client: &Client<P>, record: TokenRecord) -> TokenRecord
where
    P: Provider,
    AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh>,
{
    let Ok(Standing::Live(session)) = client.restore::<AuthorizationCode>(record) else { panic!("it is live") };
    let standing = session.expire();
    ear.show(&standing);
    let Standing::Lapsed(lapsed) = standing else { panic!("it can be refreshed") };
    let session = lapsed.refresh().await.unwrap();
    used(ear, client, session).await
}

#[tokio::test]
async fn getresponse_at_retail_or_max() {
    let (ear, shop) = (Ear::new(), Shop::open());
    let retail = shop.getresponse();
    for provider in [retail.clone(), retail.with_json_body().with_pkce(), shop.max()] {
        let client = shop.client(provider);
        for grant in [AuthorizationCode::registered(), AuthorizationCode::returning_to(REDIRECT_URI).unwrap()] {
            let session = connected(&ear, client.begin(grant)).await;
            let record = used(&ear, &client, session).await;
            let record = refreshed(&ear, &client, record).await;
            ear.show(&client.revoke(&record).await.unwrap());
        }

        let session = client.begin(ClientCredentials).obtain().await.unwrap();
        let record = used(&ear, &client, session).await;
        let Ok(Standing::Live(session)) = client.restore::<ClientCredentials>(record) else { panic!("it is live") };
        let Standing::Lapsed(lapsed) = session.expire() else { panic!("it can be obtained again") };
        ear.show(&lapsed);
        used(&ear, &client, lapsed.obtain().await.unwrap()).await;

        let login = client.begin(Implicit::returning_to(REDIRECT_URI).unwrap());
        let url = login.authorize_url().as_str().to_owned();
        shop::assert_for_a_browser(&url);
        let callback = Callback::parse(&shop::with_token(&url)).unwrap();
        ear.show(&callback);
        let session = login.receive(callback).unwrap();
        let record = used(&ear, &client, session).await;
        let Ok(Standing::Live(session)) = client.restore::<Implicit>(record) else { panic!("it is live") };
        ear.show(&session.expire());

        let adopted: Session<_, Adopted, _> = client.adopt(canary::secret(Kind::Access).into(), None).unwrap();
        used(&ear, &client, adopted).await;
    }
    ear.say(shop.server.sent_openly(None));
    ear.assert_nothing_leaked();
    ear.assert_heard(&["reqwest::", "hyper_util::client::legacy"]);
}

/// The secret of the app is in the URL there, which everything likes to print.
#[tokio::test]
async fn verticalresponse_by_each_mark() {
    let (ear, shop) = (Ear::new(), Shop::open());
    let marks: [fn(VerticalResponse) -> VerticalResponse; 3] =
        [|provider| provider, VerticalResponse::with_fixed_redirect_uri, VerticalResponse::with_state];
    for mark in marks {
        for provider in [mark(shop.classic()), mark(shop.classic()).with_post_exchange()] {
            let client = shop.client(provider);
            let grant = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
            let session = connected(&ear, client.begin(grant)).await;
            let record = used(&ear, &client, session).await;
            ear.show(&client.restore::<AuthorizationCode>(record).unwrap());
        }
    }
    ear.say(shop.server.sent_openly(Some("/token")));
    ear.assert_nothing_leaked();
    ear.assert_heard(&["reqwest::", "hyper_util::client::legacy"]);
}

#[tokio::test]
async fn verticalresponse_delegated() {
    let (ear, shop) = (Ear::new(), Shop::open());
    for provider in [shop.delegated(), shop.delegated().with_pkce()] {
        let client = shop.client(provider);
        let grant = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
        let session = connected(&ear, client.begin(grant)).await;
        let record = used(&ear, &client, session).await;
        let record = refreshed(&ear, &client, record).await;
        ear.show(&client.revoke(&record).await.unwrap());
    }
    ear.say(shop.server.sent_openly(None));
    ear.assert_nothing_leaked();
}
