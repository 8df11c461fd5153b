//! A provider that replaces each refresh token, code that has accounts there, a store that they go to.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use mailgrant_core::{
    TokenRecord, Tokens,
    secrecy::{ExposeSecret, SecretString},
};
use mailgrant_manager::Manager;
use mailgrant_storage::{AttemptId, KeyRing, Purpose, Secret, Timing, Vault, memory::MemoryStore};

use crate::{
    app::{self, App, GrantName},
    environment::Environment,
    exit::{Exit, Stop},
    import::{
        aside,
        fields::{Field, Fields},
        house::House,
        old::{Old, Row},
    },
    note,
    provider::ProviderName,
    running,
    stopping::{Fuse, Stopping},
};

const PROVIDER: ProviderName = ProviderName::Getresponse;

/// All of it.
pub(super) struct World {
    store: Mutex<Arc<MemoryStore>>,
    table: Arc<Mutex<Table>>,
    marks: bool,
    names: Vec<&'static str>,
}

#[derive(Default)]
struct Table {
    rows: BTreeMap<String, OldRow>,
    /// The one refresh token of each account that the provider takes.
    alive: BTreeMap<String, String>,
    /// Whose refreshes land behind the moment at which it was taken, or was looked at afterwards: so many.
    late: BTreeMap<String, u32>,
    /// Who refreshes just before.
    restless: BTreeSet<String>,
}

#[derive(Clone)]
struct OldRow {
    token: Option<String>,
    marked: bool,
}

/// The old code's table, as the import sees it.
pub(super) struct OldCode {
    pub(super) name: &'static str,
    table: Arc<Mutex<Table>>,
    marks: bool,
    fuse: Fuse,
}

impl Table {
    /// Whoever brings a token that is not the newest has ended the grant.
    fn refresh(&mut self, name: &str, token: &str) -> String {
        assert_eq!(self.alive[name], token, "a spent token ends the grant of {name}");
        let next = format!("{token}+");
        self.alive.insert(name.to_owned(), next.clone());
        next
    }

    /// A refresh lands that was under way with this token.
    fn land_from(&mut self, name: &str, token: &str, marked: bool) {
        if let Some(left @ 1..) = self.late.get_mut(name) {
            *left -= 1;
            let next = self.refresh(name, token);
            self.rows.insert(name.to_owned(), OldRow { token: Some(next), marked });
        }
    }

    fn land(&mut self, name: &str) {
        if let Some(OldRow { token: Some(token), marked }) = self.rows.get(name).cloned() {
            self.land_from(name, &token, marked);
        }
    }

    fn refresh_in_old_code(&mut self, name: &str) {
        let row = self.rows[name].clone();
        if let (Some(token), false) = (row.token, row.marked) {
            let next = self.refresh(name, &token);
            self.rows.insert(name.to_owned(), OldRow { token: Some(next), marked: false });
        }
    }
}

impl World {
    pub(super) fn new<const N: usize>(marks: bool, names: [&'static str; N]) -> Self {
        let world = Self { store: Mutex::default(), table: Arc::default(), marks, names: names.into() };
        world.begin_anew();
        world
    }

    pub(super) fn begin_anew(&self) {
        *self.store.lock().unwrap() = Arc::default();
        let mut table = self.table.lock().unwrap();
        for name in &self.names {
            let token = format!("token-of-{name}");
            table.alive.insert((*name).to_owned(), token.clone());
            table.rows.insert((*name).to_owned(), OldRow { token: Some(token), marked: false });
        }
    }

    pub(super) fn lands_late(&self, name: &str, times: u32) {
        self.table.lock().unwrap().late.insert(name.to_owned(), times);
    }

    /// Another row gets the token of `name`; it goes from there if it `moves`.
    pub(super) fn has_token_of(&self, other: &str, name: &str, moves: bool) {
        let mut table = self.table.lock().unwrap();
        let token = table.alive[name].clone();
        table.alive.insert(other.to_owned(), token.clone());
        if moves {
            table.rows.insert(name.to_owned(), OldRow { token: None, marked: false });
        }
        table.rows.insert(other.to_owned(), OldRow { token: Some(token), marked: false });
    }

    /// The old code gives an account up.
    pub(super) fn old_code_forgets(&self, name: &str) {
        self.table.lock().unwrap().rows.insert(name.to_owned(), OldRow { token: None, marked: false });
    }

    pub(super) fn refreshes_before_it_is_taken(&self, name: &str) {
        self.table.lock().unwrap().restless.insert(name.to_owned());
    }

    pub(super) fn old(&self, fuse: &Fuse) -> OldCode {
        OldCode { name: "the old code", table: self.table.clone(), marks: self.marks, fuse: fuse.clone() }
    }

    fn vault(&self, fuse: &Fuse) -> Vault {
        let ring = KeyRing::parse(&format!("k {}", "A".repeat(43) + "=")).unwrap();
        Vault::new(Stopping { store: self.store.lock().unwrap().clone(), fuse: fuse.clone() }, ring)
    }

    pub(super) fn house(&self, fuse: &Fuse) -> House {
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
        let vault = self.vault(fuse);
        let client = app.client(&app::transport().unwrap()).unwrap();
        let manager = client.register(Manager::builder(vault.clone())).build();
        House { vault, manager, client, app }
    }

    /// The old code refreshes what it may.
    pub(super) fn old_code_goes_on(&self) {
        let mut table = self.table.lock().unwrap();
        self.names.iter().for_each(|name| table.refresh_in_old_code(name));
    }

    /// Where the living token of each account is: with the old code, aside, or here. Never nowhere, never with two who
    /// may refresh.
    pub(super) async fn holders(&self) -> Vec<&'static str> {
        let vault = self.vault(&Fuse::never());
        let mut holders = Vec::new();
        for name in &self.names {
            let (row, alive) = {
                let table = self.table.lock().unwrap();
                (table.rows[*name].clone(), table.alive[*name].clone())
            };
            let here = self.here(&vault, name).await.map(token);
            let aside = aside::load(&vault, PROVIDER, name).await.unwrap().1.map(|aside| token(aside.record));
            let old = row.token.filter(|_| !row.marked);
            assert!(old.is_none() || here.is_none(), "{name} is refreshed by two");
            let holds = |token: &Option<String>| token.as_deref() == Some(&*alive);
            holders.push(match () {
                () if holds(&here) => "here",
                () if holds(&old) => "old",
                () if holds(&aside) => "aside",
                () => panic!("the token of {name} is lost"),
            });
        }
        holders
    }

    async fn here(&self, vault: &Vault, name: &str) -> Option<TokenRecord> {
        vault.load(&running::account_key(PROVIDER, name).unwrap()).await.unwrap().and_then(|kept| kept.record)
    }

    pub(super) async fn is_here_and_aside(&self, name: &str) -> bool {
        let vault = self.vault(&Fuse::never());
        self.here(&vault, name).await.is_some() && aside::load(&vault, PROVIDER, name).await.unwrap().1.is_some()
    }

    /// Nothing lies aside, the old code has nothing, and every account has its app.
    pub(super) async fn is_clean(&self) {
        let vault = self.vault(&Fuse::never());
        assert!(aside::all(&vault, PROVIDER).await.unwrap().is_empty());
        for name in &self.names {
            let note = note::load(&vault, name).await.unwrap();
            assert_eq!(note.current().map(|app| &*app.client_id), Some("id"), "{name}");
            let row = self.table.lock().unwrap().rows[*name].clone();
            assert!(row.token.is_none() || row.marked, "{name}");
        }
    }

    /// A renewal, as the manager makes it.
    pub(super) async fn renew_here(&self, name: &str) {
        let vault = self.vault(&Fuse::never());
        let record = self.here(&vault, name).await.unwrap();
        let next = self.table.lock().unwrap().refresh(name, &token(record));
        self.settle_renewal(name, &next).await;
    }

    /// Somebody connects another grant under the name; it is renewed at once.
    pub(super) async fn connect_another(&self, name: &str) {
        let vault = self.vault(&Fuse::never());
        let key = running::account_key(PROVIDER, name).unwrap();
        let over = vault.load(&key).await.unwrap().map(|kept| kept.row.version);
        vault.put(&key, over, &self.record("another"), Timing::default(), None).await.unwrap();
        self.settle_renewal(name, "another+").await;
    }

    pub(super) async fn disconnect(&self, name: &str) {
        let vault = self.vault(&Fuse::never());
        let key = running::account_key(PROVIDER, name).unwrap();
        let version = vault.load(&key).await.unwrap().unwrap().row.version;
        vault.store().remove(&key, version, Secret::EraseNow).await.unwrap();
        note::erase(&vault, name).await.unwrap();
    }

    /// The refresh token of the account here, then the one aside.
    pub(super) async fn tokens(&self, name: &str) -> (Option<String>, Option<String>) {
        let vault = self.vault(&Fuse::never());
        let aside = aside::load(&vault, PROVIDER, name).await.unwrap().1;
        (self.here(&vault, name).await.map(token), aside.map(|aside| token(aside.record)))
    }

    fn record(&self, refresh_token: &str) -> TokenRecord {
        let refresh_token = Some(refresh_token.into());
        let tokens = Tokens { access_token: Some("next".into()), refresh_token, ..Tokens::default() };
        let house = self.house(&Fuse::never());
        house.client.import(&house.app, GrantName::AuthorizationCode, tokens).unwrap()
    }

    async fn settle_renewal(&self, name: &str, next: &str) {
        let vault = self.vault(&Fuse::never());
        let key = running::account_key(PROVIDER, name).unwrap();
        let next = self.record(next);
        let version = vault.load(&key).await.unwrap().unwrap().row.version;
        let attempt = AttemptId::from_bytes([1; 16]);
        let lease = std::time::Duration::from_secs(60);
        vault.store().claim(&key, &attempt, lease, version, Purpose::Renew).await.unwrap();
        let settlement = vault.renewed(&key, version, &next, Timing::default());
        vault.store().settle(&key, version, &attempt, &settlement).await.unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "a test looks at the secret")]
fn token(record: TokenRecord) -> String {
    record.into_tokens().refresh_token.unwrap().expose_secret().to_owned()
}

impl OldCode {
    fn reads(&self) -> Result<(), Stop> {
        if self.fuse.reads() { Ok(()) } else { Err(Stop::new(Exit::TryLater, "the process has ended")) }
    }

    fn row_of(name: &str, row: &OldRow) -> Row {
        let mut fields = Fields::default();
        fields.set(Field::Account, Some(name.into()));
        fields.set(Field::AccessToken, Some("access".into()));
        fields.set(Field::RefreshToken, row.token.clone().map(Into::into));
        Row { fields, marked: row.marked }
    }
}

impl Old for OldCode {
    fn name(&self) -> &str {
        self.name
    }

    async fn page(&mut self, after: Option<&str>) -> Result<Vec<Row>, Stop> {
        self.reads()?;
        let table = self.table.lock().unwrap();
        let open = table.rows.iter().filter(|(_, row)| row.token.is_some() && !row.marked);
        let behind = open.filter(|(name, _)| after.is_none_or(|after| name.as_str() > after));
        Ok(behind.take(2).map(|(name, row)| Self::row_of(name, row)).collect())
    }

    async fn row(&mut self, account: &str) -> Result<Option<Row>, Stop> {
        self.reads()?;
        // Somebody else's turn.
        tokio::task::yield_now().await;
        let mut table = self.table.lock().unwrap();
        let row = table.rows.get(account).cloned();
        if row.as_ref().is_some_and(|row| row.marked) {
            table.land(account);
        }
        Ok(row.map(|row| Self::row_of(account, &row)))
    }

    async fn shared(&mut self) -> Result<Vec<Row>, Stop> {
        self.reads()?;
        let table = self.table.lock().unwrap();
        let open: Vec<_> = table.rows.iter().filter(|(_, row)| row.token.is_some() && !row.marked).collect();
        let shared =
            open.iter().filter(|(_, row)| open.iter().filter(|(_, other)| other.token == row.token).count() > 1);
        Ok(shared.map(|(name, row)| Self::row_of(name, row)).collect())
    }

    #[expect(clippy::disallowed_methods, reason = "a test looks at the secret")]
    async fn holders(&mut self, refresh_token: &SecretString) -> Result<Vec<Row>, Stop> {
        self.reads()?;
        let table = self.table.lock().unwrap();
        let open = table.rows.iter().filter(|(_, row)| !row.marked);
        let held = open.filter(|(_, row)| row.token.as_deref() == Some(refresh_token.expose_secret()));
        Ok(held.map(|(name, row)| Self::row_of(name, row)).collect())
    }

    #[expect(clippy::disallowed_methods, reason = "a test looks at the secret")]
    async fn take(&mut self, account: &str, refresh_token: &SecretString) -> Result<bool, Stop> {
        tokio::task::yield_now().await;
        let (made, heard) = self.fuse.writes();
        let mut table = self.table.lock().unwrap();
        if table.restless.remove(account) {
            table.refresh_in_old_code(account);
        }
        let row = table.rows[account].clone();
        let held = row.token.as_deref() == Some(refresh_token.expose_secret()) && !row.marked;
        if made && held {
            let token = row.token.clone().filter(|_| self.marks);
            table.rows.insert(account.to_owned(), OldRow { token, marked: self.marks });
            table.land_from(account, refresh_token.expose_secret(), self.marks);
        }
        if heard { Ok(held) } else { Err(Stop::new(Exit::TryLater, "the process has ended")) }
    }
}
