//! The way out, stopped around each write that it makes.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use mailgrant_core::{Tokens, secrecy::ExposeSecret};
use mailgrant_storage::{KeyRing, Purpose, Store, Timing, memory::MemoryStore};
use tempfile::TempDir;

use super::*;
use crate::{
    app::{self, App, GrantName},
    environment::Environment,
    identity::{self, Identity},
    stopping::{Fuse, Stopped, Stopping},
};

const PROVIDER: ProviderName = ProviderName::Getresponse;
const NAMES: [&str; 2] = ["a", "b"];

struct World {
    folder: TempDir,
    identity: Identity,
    store: Arc<MemoryStore>,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        identity::run(&crate::args::IdentityArgs { path: path.clone() }).unwrap();
        let identity = identity::read(&path).unwrap();
        let world = Self { folder, identity, store: Arc::default() };
        for name in NAMES {
            world.connect(name, None).await;
        }
        world
    }

    async fn connect(&self, name: &str, over: Option<Version>) {
        let app = App {
            client_id: "id".to_owned(),
            client_secret: Some("secret".into()),
            environment: Environment::default(),
            redirect_uri: "http://127.0.0.1:8765/callback".to_owned(),
            send_redirect_uri: false,
            pkce: false,
            json_body: false,
            grant: GrantName::AuthorizationCode,
        };
        let client = app.client(&app::transport().unwrap()).unwrap();
        let refresh_token = Some(format!("token-of-{name}").into());
        let tokens = Tokens { access_token: Some("access".into()), refresh_token, ..Tokens::default() };
        let record = client.import(&app, GrantName::AuthorizationCode, tokens).unwrap();
        let key = running::account_key(PROVIDER, name).unwrap();
        self.vault(&Fuse::never()).put(&key, over, &record, Timing::default(), None).await.unwrap();
    }

    fn vault(&self, fuse: &Fuse) -> Vault {
        let ring = KeyRing::parse(&format!("k {}", "A".repeat(43) + "=")).unwrap();
        Vault::new(Stopping { store: self.store.clone(), fuse: fuse.clone() }, ring)
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("export")
    }

    async fn export(&self, fuse: &Fuse, all: bool) -> Result<(), Stop> {
        let names: &[&str] = if all { &[] } else { &NAMES };
        self.export_into(fuse, names, &self.out(), &self.identity.public).await
    }

    /// An export of these; of all if none is named.
    async fn export_into(&self, fuse: &Fuse, names: &[&str], out: &Path, to: &Recipient) -> Result<(), Stop> {
        let account = names.iter().map(|name| (*name).to_owned()).collect();
        let args = ExportArgs { to: to.written(), account, all: names.is_empty(), out: out.to_owned(), copy: false };
        hand_out(&self.vault(fuse), &args, to, out).await
    }

    /// An export that is as far as that its accounts left.
    async fn left(&self) -> (ExportId, Vec<leave::Left>) {
        let (id, vault) = ([9; 16], self.vault(&Fuse::never()));
        let way = Moved::new(id, &self.identity.public, &self.out(), NAMES.len());
        let mut left = Vec::new();
        for name in NAMES {
            let key = running::account_key(PROVIDER, name).unwrap();
            left.push(leave::leave(&vault, &key, &way).await.unwrap().unwrap());
        }
        (id, left)
    }

    /// The rest of that export; how many moved, and how many stayed.
    async fn deliver(&self, id: ExportId, left: Vec<leave::Left>) -> (usize, usize) {
        let (vault, out, mut tally) = (self.vault(&Fuse::never()), self.out(), Tally::default());
        let room = Room::take(&out, 0).unwrap();
        delivery::deliver(&vault, left, &self.identity.public, &id, room, &mut tally).await.unwrap();
        (tally.moved, tally.stayed)
    }

    /// As much time passes as an export has for itself.
    fn passes(&self) {
        self.store.advance(std::time::Duration::from_secs(61));
    }

    /// The accounts that whoever has the file can renew.
    fn in_file(&self) -> BTreeSet<String> {
        self.within(&self.out())
    }

    #[expect(clippy::disallowed_methods, reason = "a test looks at the secret")]
    fn within(&self, out: &Path) -> BTreeSet<String> {
        if !out.exists() {
            return BTreeSet::new();
        }
        let plain = sealed::open(out, &self.identity).unwrap();
        let text = String::from_utf8(plain.expose_secret().clone()).unwrap();
        let names = NAMES.iter().filter(|name| text.contains(&format!("token-of-{name}")));
        names.map(|name| (*name).to_owned()).collect()
    }

    /// Whether an account can be renewed here, then whether its secret is.
    async fn here(&self, name: &str) -> (bool, bool) {
        let key = running::account_key(PROVIDER, name).unwrap();
        let row = self.store.load(&key).await.unwrap().unwrap();
        (row.status == Status::Active, row.sealed.is_some())
    }
}

#[tokio::test]
async fn wherever_it_stops_no_account_is_lost_and_none_is_kept_twice() {
    for (stopped, all) in
        [(Stopped::Before, false), (Stopped::Behind, false), (Stopped::Before, true), (Stopped::Behind, true)]
    {
        let mut seen = BTreeSet::new();
        for writes in 0.. {
            let world = World::new().await;
            let done = world.export(&Fuse::of(writes, stopped), all).await.is_ok();
            for name in NAMES {
                let (renewed, kept) = world.here(name).await;
                let exported = world.in_file().contains(name);
                assert!(!(renewed && exported), "{name} is kept twice after {writes} writes, {stopped:?}");
                assert!(kept || exported, "{name} is lost after {writes} writes, {stopped:?}");
                seen.insert((renewed, kept, exported));
            }
            world.passes();
            world.export(&Fuse::never(), all).await.unwrap();
            assert_eq!(world.in_file(), NAMES.map(str::to_owned).into(), "{writes} writes, {stopped:?}");
            for name in NAMES {
                assert_eq!(world.here(name).await, (false, false), "{name} after {writes} writes, {stopped:?}");
                let key = running::account_key(PROVIDER, name).unwrap();
                let version = world.store.load(&key).await.unwrap().unwrap().version;
                let vault = world.vault(&Fuse::never());
                assert!(expect_kept(&vault, PROVIDER, name, version).await.is_err(), "it says that it was moved");
            }
            if done {
                assert!(writes > 8, "each account takes several");
                break;
            }
        }
        let states = [(true, true, false), (false, true, false), (false, true, true), (false, false, true)];
        assert_eq!(seen, states.into(), "it stopped in each of these");
    }
}

#[tokio::test]
async fn an_account_in_doubt_stays_and_the_others_go() {
    let world = World::new().await;
    let key = running::account_key(PROVIDER, "a").unwrap();
    let attempt = mailgrant_storage::AttemptId::from_bytes([1; 16]);
    let version = Version::FIRST;
    world.store.claim(&key, &attempt, std::time::Duration::ZERO, version, Purpose::Renew).await.unwrap();
    assert!(world.export(&Fuse::never(), true).await.is_err());
    assert_eq!(world.in_file(), BTreeSet::from(["b".to_owned()]));
    assert_eq!((world.here("a").await, world.here("b").await), ((true, true), (false, false)));
    let vault = world.vault(&Fuse::never());
    assert!(moved::load(&vault, &key).await.unwrap().1.is_none());
    expect_settled(&vault, "a").await.unwrap();
}

#[tokio::test]
async fn what_is_on_its_way_is_not_given_back_by_mistake() {
    let world = World::new().await;
    // The note, the claim, the note of what is claimed, the tombstone.
    assert!(world.export(&Fuse::of(4, Stopped::Before), true).await.is_err());
    let vault = world.vault(&Fuse::never());
    let key = running::account_key(PROVIDER, "a").unwrap();
    assert_eq!(world.here("a").await, (false, true));
    assert!(expect_settled(&vault, "a").await.is_err());
    expect_settled(&vault, "b").await.unwrap();
    // Whoever connects it anew has another account.
    let version = world.store.load(&key).await.unwrap().unwrap().version;
    world.connect("a", Some(version)).await;
    expect_settled(&vault, "a").await.unwrap();
    world.passes();
    world.export(&Fuse::never(), true).await.unwrap();
    assert_eq!(world.in_file(), NAMES.map(str::to_owned).into());
}

#[tokio::test]
async fn an_account_that_came_back_stays() {
    let world = World::new().await;
    let (id, left) = world.left().await;
    let key = running::account_key(PROVIDER, "a").unwrap();
    let version = world.store.load(&key).await.unwrap().unwrap().version;
    world.connect("a", Some(version)).await;
    assert_eq!(world.deliver(id, left).await, (1, 1));
    assert_eq!(world.in_file(), BTreeSet::from(["b".to_owned()]));
    assert_eq!((world.here("a").await, world.here("b").await), ((true, true), (false, false)));
    assert!(moved::load(&world.vault(&Fuse::never()), &key).await.unwrap().1.is_none());
}

#[tokio::test]
async fn what_cannot_be_written_takes_nothing_out_of_service() {
    let world = World::new().await;
    let to = &world.identity.public;
    let nowhere = world.folder.path().join("missing").join("export");
    assert!(world.export_into(&Fuse::never(), &[], &nowhere, to).await.is_err());
    std::fs::write(world.out(), "there").unwrap();
    assert!(world.export(&Fuse::never(), true).await.is_err());
    for name in NAMES {
        assert_eq!(world.here(name).await, (true, true));
    }
}

#[tokio::test]
async fn what_waits_for_one_file_goes_into_another() {
    let world = World::new().await;
    let to = &world.identity.public;
    // The tombstone of `a` is the last.
    assert!(world.export_into(&Fuse::of(4, Stopped::Before), &["a"], &world.out(), to).await.is_err());
    assert_eq!(world.here("a").await, (false, true));
    world.passes();
    // It is not theirs.
    let path = world.folder.path().join("other");
    identity::run(&crate::args::IdentityArgs { path: path.clone() }).unwrap();
    let (other, theirs) = (identity::read(&path).unwrap(), world.folder.path().join("theirs"));
    assert!(world.export_into(&Fuse::never(), &[], &theirs, &other.public).await.is_err(), "one is left");
    assert_eq!((world.here("a").await, world.here("b").await), ((false, true), (false, false)));
    assert!(world.export_into(&Fuse::never(), &[], &theirs, &other.public).await.is_err(), "it is left still");
    let corrected = world.folder.path().join("corrected");
    world.export_into(&Fuse::never(), &[], &corrected, to).await.unwrap();
    assert_eq!(world.within(&corrected), BTreeSet::from(["a".to_owned()]));
    assert_eq!(world.here("a").await, (false, false));
}

#[tokio::test]
async fn an_export_that_may_be_under_way_is_left_alone() {
    let second = PathBuf::from("second");
    for writes in 1..=8 {
        let world = World::new().await;
        assert!(world.export(&Fuse::of(writes, Stopped::Before), true).await.is_err());
        let (before, second) = (world.here("a").await, world.folder.path().join(&second));
        assert!(world.export_into(&Fuse::never(), &["a"], &second, &world.identity.public).await.is_err(), "{writes}");
        assert!(!second.exists(), "{writes} writes");
        assert_eq!(world.here("a").await, before);
        world.passes();
        world.export_into(&Fuse::never(), &["a"], &second, &world.identity.public).await.unwrap();
        assert!(world.within(&second).contains("a"), "{writes} writes");
    }
}

#[tokio::test]
async fn what_another_export_took_over_is_not_written() {
    let world = World::new().await;
    let (id, left) = world.left().await;
    world.passes();
    let way = Moved::new([8; 16], &world.identity.public, &world.folder.path().join("second"), 1);
    leave::leave(&world.vault(&Fuse::never()), &left[0].key, &way).await.unwrap().unwrap();
    assert_eq!(world.deliver(id, left).await, (1, 1));
    assert_eq!(world.in_file(), BTreeSet::from(["b".to_owned()]));
    assert_eq!(world.here("a").await, (false, true), "the other one has it");
}

#[tokio::test]
async fn what_another_export_took_over_is_not_erased() {
    let world = World::new().await;
    let (_, left) = world.left().await;
    world.passes();
    let vault = world.vault(&Fuse::never());
    let way = Moved::new([8; 16], &world.identity.public, &world.folder.path().join("second"), 1);
    let taken = leave::leave(&vault, &left[0].key, &way).await.unwrap().unwrap();
    assert!(!delivery::erase(&vault, &left[0]).await.unwrap());
    assert_eq!(world.here("a").await, (false, true));
    assert!(delivery::erase(&vault, &taken).await.unwrap() && delivery::erase(&vault, &left[1]).await.unwrap());
    assert_eq!((world.here("a").await, world.here("b").await), ((false, false), (false, false)));
}

#[tokio::test]
async fn a_tombstone_that_is_to_be_given_back_is_no_export_s() {
    // The note alone, then with the claim.
    for writes in [1, 2] {
        let world = World::new().await;
        assert!(world.export(&Fuse::of(writes, Stopped::Before), true).await.is_err());
        world.passes();
        let key = running::account_key(PROVIDER, "a").unwrap();
        world.store.remove(&key, Version::FIRST, mailgrant_storage::Secret::UntilRevoked).await.unwrap();
        world.export(&Fuse::never(), true).await.unwrap();
        assert_eq!(world.in_file(), BTreeSet::from(["b".to_owned()]), "{writes} writes");
        assert_eq!(world.here("a").await, (false, true), "its secret is still needed");
        expect_settled(&world.vault(&Fuse::never()), "a").await.unwrap();
    }
    // With the note of what is claimed, the command that gives it up takes it from the export.
    let world = World::new().await;
    assert!(world.export(&Fuse::of(3, Stopped::Before), true).await.is_err());
    world.passes();
    expect_settled(&world.vault(&Fuse::never()), "a").await.unwrap();
    let key = running::account_key(PROVIDER, "a").unwrap();
    world.store.remove(&key, Version::FIRST, mailgrant_storage::Secret::UntilRevoked).await.unwrap();
    world.export(&Fuse::never(), true).await.unwrap();
    assert_eq!(world.in_file(), BTreeSet::from(["b".to_owned()]));
}

#[tokio::test]
async fn accounts_of_other_tenants_are_counted_and_left() {
    let world = World::new().await;
    let ours = running::account_key(PROVIDER, "a").unwrap();
    let theirs = AccountKey::new("customer", ours.provider(), "a").unwrap();
    let vault = world.vault(&Fuse::never());
    let record = vault.load(&ours).await.unwrap().unwrap().record.unwrap();
    vault.put(&theirs, None, &record, Timing::default(), None).await.unwrap();
    crate::note::change(&vault, "a", |_| {}).await.unwrap();
    assert_eq!(of_other_tenants(&vault).await.unwrap(), 1, "notes are none");
    assert!(world.export(&Fuse::never(), true).await.is_err(), "one is left");
    assert_eq!(world.in_file(), NAMES.map(str::to_owned).into());
    assert_eq!(world.store.load(&theirs).await.unwrap().unwrap().status, Status::Active);
    world.export(&Fuse::never(), false).await.unwrap();
}
