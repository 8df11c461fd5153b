//! What was stored in format 1, and how it has to be found.

use std::time::Duration;

use mailgrant_core::{Binding, PendingAuthorization, SecretBytes, TokenRecord};
use mailgrant_storage::{
    AccountKey, AttemptId, EventKind, Filter, Kept, KeyRing, Passage, Settled, Status, StatusKind, Store, Timing,
    Vault, Version,
};
use secrecy::{ExposeSecret, SecretBox};

const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const GATE: &str = "getresponse retail";

pub(crate) fn ring() -> KeyRing {
    KeyRing::new("golden", &SecretBox::new(Box::new(vec![9; 32]))).unwrap()
}

pub(crate) fn key(account: &str) -> AccountKey {
    AccountKey::new("tenant", "getresponse", account).unwrap()
}

/// The attempt to renew the account that has this number.
pub(crate) fn attempt(number: u8) -> AttemptId {
    AttemptId::from_bytes([number; 16])
}

pub(crate) fn record(generation: u32) -> TokenRecord {
    let record = format!(
        r#"{{"v":1,"identity":{{"provider":"getresponse","environment":"retail","client_id":"app"}},
        "grant":"authorization_code","renewal":"refresh","redirect_uri":"https://app.example/callback",
        "access_token":"access-{generation}","refresh_token":"refresh-{generation}","expires":{{"at":1767225660000}},
        "obtained_at":1767225600000,"scope":"all","account_id":"42","unknown":false}}"#
    );
    TokenRecord::decode(record.as_bytes()).unwrap()
}

pub(crate) fn login() -> PendingAuthorization {
    let login = r#"{"v":1,"identity":{"provider":"getresponse","environment":"retail","client_id":"app"},
        "grant":"authorization_code","renewal":"refresh","redirect_uri":null,"state":"golden-state",
        "state_in_redirect_uri":false,"verifier":null,"begun_at":1767225600000}"#;
    PendingAuthorization::decode(login.as_bytes()).unwrap()
}

/// Everything is found as it was left, opens with its key, and goes on.
pub(crate) async fn holds(store: impl Store) {
    let vault = Vault::new(store, ring());
    let store = vault.store();
    let renewed = kept(&vault, "renewed").await;
    assert_eq!((renewed.row.version.get(), &renewed.row.status), (2, &Status::Active));
    assert_eq!(renewed.row.expires_in, Some(Duration::ZERO), "its moments are long ago");
    let opened = renewed.record.unwrap();
    assert!(opened.same_access_token(&record(2)) && opened.same_refresh_token(&record(2)));
    assert_eq!((opened.account_id(), opened.scope()), (Some("42"), Some("all")));

    let open = kept(&vault, "open").await.row;
    assert_eq!(open.attempt.map(|open| (open.id, open.lease)), Some((attempt(2), None)));
    let refused = kept(&vault, "refused").await;
    assert_eq!(refused.row.status, Status::Refused { cause: "invalid_grant".into() });
    assert!(refused.record.unwrap().same_refresh_token(&record(1)));
    let gone = kept(&vault, "gone").await;
    assert_eq!((gone.row.version.get(), gone.row.status), (2, Status::Disconnected));
    assert!(gone.record.unwrap().same_refresh_token(&record(1)), "the provider is still to be told");
    let erased = kept(&vault, "erased").await;
    assert_eq!((erased.row.status, erased.record.is_none()), (Status::Disconnected, true));

    let (version, note) = vault.load_note(&key("note")).await.unwrap().unwrap();
    assert_eq!((version, &**note.unwrap().expose_secret()), (Version::FIRST, b"golden note".as_slice()));
    let (whose, taken) = vault.take_pending(&login().lookup(&Binding::terminal())).await.unwrap();
    assert_eq!(whose, key("login"));
    assert_eq!(bytes(&taken.encode()), bytes(&login().encode()));
    assert!(matches!(store.pass_gate(GATE, HOUR).await.unwrap(), Passage::Closed { .. }));

    let rows = store.list(&Filter::default(), None, 100).await.unwrap();
    let accounts: Vec<_> = rows.iter().map(|(key, _)| key.account()).collect();
    assert_eq!(accounts, ["doubtful", "note", "open", "refused", "renewed"]);
    let filter = Filter { status: Some(StatusKind::Disconnected), ..Filter::default() };
    assert_eq!(store.list(&filter, None, 100).await.unwrap().len(), 2);
    let events = store.events(0, 100).await.unwrap();
    let of_renewed: Vec<_> =
        events.iter().filter(|event| event.key == key("renewed")).map(|event| event.kind).collect();
    assert_eq!(of_renewed, [EventKind::Connected, EventKind::Claimed, EventKind::Renewed, EventKind::GateClosed]);
    goes_on(&vault, events.last().unwrap().id).await;
}

/// What is due is due still, what is in doubt can be replayed, and ids go on where they were.
async fn goes_on(vault: &Vault, last: u64) {
    let (store, client) = (vault.store(), "getresponse/authorization_code/app");
    let due = store.claim_due(client, "retail", HOUR, &[attempt(7), attempt(8), attempt(9)], HOUR).await.unwrap();
    let mut accounts: Vec<_> = due.iter().map(|due| due.key.account().to_owned()).collect();
    accounts.sort();
    assert_eq!(accounts, ["doubtful", "open", "renewed"]);
    let due = due.into_iter().find(|due| due.key == key("renewed")).unwrap();
    let renewal = vault.renewed(&due.key, due.row.version, &record(3), Timing::default());
    let settled = store.settle(&due.key, due.row.version, &due.attempt, &renewal).await.unwrap();
    assert_eq!(settled, Settled::Done(due.row.version.next()));
    assert!(kept(vault, "renewed").await.record.unwrap().same_refresh_token(&record(3)));
    assert_eq!(store.events(last, 100).await.unwrap().first().map(|event| event.id > last), Some(true));
    let consent = vault.put(&key("erased"), Some(Version::FIRST.next()), &record(4), Timing::default(), None).await;
    assert_eq!(consent.unwrap().get(), 3, "versions go on past a tombstone");
}

async fn kept(vault: &Vault, account: &str) -> Kept {
    vault.load(&key(account)).await.unwrap().unwrap()
}

fn bytes(secret: &SecretBytes) -> &[u8] {
    secret.expose_secret()
}
