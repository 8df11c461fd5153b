//! One customer's account, from its consent to its second token.

use std::sync::Arc;

use mailgrant_core::{
    AuthorizationCode, Authorized, Callback, Client, Credentials, Endpoints, PendingAuthorization, ReqwestTransport,
    Session, Standing, TokenRecord, http::Method, secrecy::ExposeSecret,
};
use mailgrant_getresponse::GetResponse;
use mailgrant_storage::{AccountKey, KeyRing, Timing, Vault, memory::MemoryStore};

use crate::{browser, needles::Needles};

/// What the process was given to live with.
pub(crate) struct Given {
    /// Of the consent page, for tokens, of the API.
    pub(crate) addresses: [String; 3],
    pub(crate) transport: ReqwestTransport,
    pub(crate) credentials: Credentials,
    pub(crate) ring: KeyRing,
}

/// What there is at the end of it.
pub(crate) struct Living {
    pub(crate) client: Client<GetResponse>,
    pub(crate) session: Session<GetResponse, AuthorizationCode, Authorized>,
    pub(crate) vault: Vault,
}

/// Exchange, call, rest in a store, refresh: each secret is noted as it comes by.
#[expect(clippy::disallowed_methods, reason = "what is to be looked for is noted where it is in use")]
pub(crate) async fn live(given: Given, needles: &mut Needles) -> Living {
    let [authorize, token, api] = &given.addresses;
    let provider = GetResponse::at(Endpoints::parse(authorize, token, api).unwrap()).with_pkce();
    let client = Client::builder(provider, given.credentials, Arc::new(given.transport)).build().unwrap();
    let vault = Vault::new(MemoryStore::default(), given.ring);
    let key = AccountKey::new("tenant", "getresponse", "main").unwrap();

    let login = client.begin(AuthorizationCode::registered());
    let address = browser::open(login.authorize_url().as_str());
    let pending = login.into_pending().encode();
    needles.note_in("state", pending.expose_secret(), "\"state\":\"", b'"');
    needles.note_in("code verifier", pending.expose_secret(), "\"verifier\":\"", b'"');
    let waited = PendingAuthorization::decode(pending.expose_secret()).unwrap();
    let login = client.resume::<AuthorizationCode>(waited).unwrap();
    drop(pending);
    needles.note_in("code", address.as_bytes(), "code=", b'&');
    let received = login.receive(Callback::parse(&address).unwrap()).unwrap();
    drop(address);
    let session = received.exchange().await.unwrap();
    let answer = client.send(session.bearer().request(Method::GET, "/accounts").unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    drop(answer);
    let record = session.into_record();
    note(needles, ["first access token", "first refresh token"], &record);

    let version = vault.put(&key, None, &record, Timing::default(), None).await.unwrap();
    drop(record);
    let record = vault.load(&key).await.unwrap().unwrap().record.unwrap();
    let Ok(Standing::Live(session)) = client.restore::<AuthorizationCode>(record) else { panic!("it is live") };
    let Standing::Lapsed(lapsed) = session.expire() else { panic!("it can be refreshed") };
    // Nothing is sent after this, so that nothing is written over what is left of it.
    let record = lapsed.refresh().await.unwrap().into_record();
    note(needles, ["second access token", "second refresh token"], &record);
    vault.put(&key, Some(version), &record, Timing::default(), None).await.unwrap();
    let Ok(Standing::Live(session)) = client.restore(record) else { panic!("it is live") };
    Living { client, session, vault }
}

#[expect(clippy::disallowed_methods, reason = "what is to be looked for is noted where it is in use")]
fn note(needles: &mut Needles, [access, refresh]: [&'static str; 2], record: &TokenRecord) {
    let bytes = record.encode();
    needles.note_in(access, bytes.expose_secret(), "\"access_token\":\"", b'"');
    needles.note_in(refresh, bytes.expose_secret(), "\"refresh_token\":\"", b'"');
}
