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
        let to = self.identity.public.clone();
        let account = if all { Vec::new() } else { NAMES.map(str::to_owned).into() };
        let args = ExportArgs { to: to.written(), account, all, out: self.out(), copy: false };
        hand_out(&self.vault(fuse), &args, &to, &self.out()).await
    }

    /// The accounts that whoever has the file can renew.
    #[expect(clippy::disallowed_methods, reason = "a test looks at the secret")]
    fn in_file(&self) -> BTreeSet<String> {
        if !self.out().exists() {
            return BTreeSet::new();
        }
        let plain = sealed::open(&self.out(), &self.identity).unwrap();
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
    // The note, the claim, the tombstone.
    assert!(world.export(&Fuse::of(3, Stopped::Before), true).await.is_err());
    let vault = world.vault(&Fuse::never());
    let key = running::account_key(PROVIDER, "a").unwrap();
    assert_eq!(world.here("a").await, (false, true));
    assert!(expect_settled(&vault, "a").await.is_err());
    expect_settled(&vault, "b").await.unwrap();
    // Whoever connects it anew has another account.
    let version = world.store.load(&key).await.unwrap().unwrap().version;
    world.connect("a", Some(version)).await;
    expect_settled(&vault, "a").await.unwrap();
    world.export(&Fuse::never(), true).await.unwrap();
    assert_eq!(world.in_file(), NAMES.map(str::to_owned).into());
}
