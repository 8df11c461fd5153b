//! Note: what is remembered with an account, sealed in the store.

use mailgrant_core::{
    ClientIdentity, Error, ErrorKind, SecretBytes,
    secrecy::{ExposeSecret, SecretBox},
};
use mailgrant_storage::{AccountKey, Filter, Secret, Vault};
use serde::{Deserialize, Serialize};

use crate::{app::App, provider::ProviderName};

/// Notes have keys of their own, so that no renewal ever touches them.
const TENANT: &str = "apps";

/// The provider in the key of every note. A name is one account's, whoever its provider is, so that its note is one;
/// the first ones were all of GetResponse.
const PROVIDER: &str = "getresponse";

/// The format of a note about GetResponse alone, which is all that earlier builds know.
const FORMAT: u32 = 1;

/// The format of a note about VerticalResponse, which is the newest that this build reads.
const WITH_PROVIDERS: u32 = 2;

/// How long a login that never came back is remembered, in seconds.
const REMEMBERED: u64 = 24 * 60 * 60;

/// Logins remembered at once.
const LOGINS: usize = 20;

/// What is remembered with an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Note {
    v: u32,
    /// The app of the login that was finished last.
    current: Option<App>,
    /// Logins that were begun since, the newest last.
    begun: Vec<Begun>,
    /// Of an account that was imported, from which token: a hash, until a login connects it anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    imported: Option<String>,
}

/// A login that was begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) id: u64,
    /// Seconds since 1970.
    pub(crate) at: u64,
    pub(crate) app: App,
    /// It came back, without success.
    pub(crate) failed: bool,
}

impl Note {
    pub(crate) fn current(&self) -> Option<&App> {
        self.current.as_ref()
    }

    /// From which token the account was imported: a hash.
    pub(crate) fn imported(&self) -> Option<&str> {
        self.imported.as_deref()
    }

    /// It was imported, from the token with this hash.
    pub(crate) fn import(&mut self, hash: &str) {
        self.imported = Some(hash.to_owned());
    }

    /// What a new login starts from: the account's app, else the one that was tried last.
    pub(crate) fn latest(&self) -> Option<&App> {
        self.current().or_else(|| self.begun.last().map(|begun| &begun.app))
    }

    /// The app that a grant of this identity was obtained with. It is a begun one if the process ended between
    /// storing the grant and [`finish`](Self::finish).
    pub(crate) fn app_of(&self, identity: &ClientIdentity) -> Option<&App> {
        let begun = self.begun.iter().rev().map(|begun| &begun.app);
        self.current.iter().chain(begun).find(|app| app.is(identity))
    }

    /// The logins that may still come back, the newest last.
    pub(crate) fn waiting(&self) -> impl DoubleEndedIterator<Item = &Begun> {
        self.begun.iter().filter(|begun| !begun.failed)
    }

    /// The format that the note is written in: the oldest that says it all.
    fn format(&self) -> u32 {
        let mut apps = self.current.iter().chain(self.begun.iter().map(|begun| &begun.app));
        if apps.all(|app| app.provider() == ProviderName::Getresponse) { FORMAT } else { WITH_PROVIDERS }
    }

    /// Every app whose logins may come back, the newest last. An app without a secret has none to come back.
    pub(crate) fn apps(&self) -> impl Iterator<Item = &App> {
        let waiting = self.waiting().map(|begun| &begun.app);
        self.current.iter().chain(waiting).filter(|app| app.client_secret.is_some())
    }

    pub(crate) fn begin(&mut self, begun: Begun) {
        self.begun.retain(|old| old.at.saturating_add(REMEMBERED) > begun.at);
        self.begun.push(begun);
        let surplus = self.begun.len().saturating_sub(LOGINS);
        self.begun.drain(..surplus);
    }

    /// A login of this identity has connected the account: its app is the account's from now on. It is the login
    /// `own` if that can be, else the newest that can.
    pub(crate) fn finish(&mut self, identity: &ClientIdentity, own: Option<u64>) {
        self.imported = None;
        let is = |begun: &Begun| begun.app.is(identity);
        let found = self.begun.iter().rposition(|begun| Some(begun.id) == own && is(begun));
        if let Some(index) = found.or_else(|| self.begun.iter().rposition(is)) {
            let after = self.begun.split_off(index + 1);
            self.current = self.begun.pop().map(|begun| begun.app);
            self.begun = after;
        }
    }

    /// The login came back without success.
    pub(crate) fn fail(&mut self, id: u64) {
        self.begun.iter_mut().filter(|begun| begun.id == id).for_each(|begun| begun.failed = true);
    }
}

impl Default for Note {
    fn default() -> Self {
        Self { v: FORMAT, current: None, begun: Vec::new(), imported: None }
    }
}

/// What is remembered with the account `name`; an empty note if nothing is.
pub(crate) async fn load(vault: &Vault, name: &str) -> Result<Note, Error> {
    Ok(match vault.load_note(&key(name)?).await? {
        Some((_, Some(bytes))) => decode(&bytes)?,
        _ => Note::default(),
    })
}

/// Changes the note of the account `name`, whoever else changes it meanwhile.
pub(crate) async fn change(vault: &Vault, name: &str, change: impl Fn(&mut Note)) -> Result<(), Error> {
    let key = key(name)?;
    loop {
        let (version, mut note) = match vault.load_note(&key).await? {
            Some((version, Some(bytes))) => (Some(version), decode(&bytes)?),
            Some((version, None)) => (Some(version), Note::default()),
            None => (None, Note::default()),
        };
        change(&mut note);
        note.v = note.format();
        match vault.put_note(&key, version, &encode(&note)).await {
            Err(error) if error.code() == "store_conflict" => {}
            result => return result.map(drop),
        }
    }
}

/// Erases the note of the account `name`; whether there was one.
pub(crate) async fn erase(vault: &Vault, name: &str) -> Result<bool, Error> {
    let key = key(name)?;
    let Some(row) = vault.store().load(&key).await?.filter(|row| row.sealed.is_some()) else { return Ok(false) };
    vault.store().remove(&key, row.version, Secret::EraseNow).await?;
    Ok(true)
}

/// Every account with a note, by name. A note that cannot be read is an error of its own.
pub(crate) async fn all(vault: &Vault) -> Result<Vec<(String, Result<Note, Error>)>, Error> {
    const PAGE: usize = 200;
    let filter = Filter { tenant: Some(TENANT.to_owned()), provider: Some(PROVIDER.to_owned()), status: None };
    let (mut notes, mut after) = (Vec::new(), None);
    loop {
        let page = vault.store().list(&filter, after.as_ref(), PAGE).await?;
        let whole = page.len() == PAGE;
        for (key, _) in page {
            notes.push((key.account().to_owned(), load(vault, key.account()).await));
            after = Some(key);
        }
        if !whole {
            return Ok(notes);
        }
    }
}

fn key(name: &str) -> Result<AccountKey, Error> {
    AccountKey::new(TENANT, PROVIDER, name)
}

#[expect(clippy::disallowed_methods, reason = "door: opened bytes, into the note that they are")]
fn decode(bytes: &SecretBytes) -> Result<Note, Error> {
    let note: Option<Note> = serde_json::from_slice(bytes.expose_secret()).ok();
    note.filter(|note| note.v <= WITH_PROVIDERS).ok_or_else(|| {
        Error::new(
            ErrorKind::Configuration,
            "note_unreadable",
            "what is remembered with the account is none of this build's notes: update mailgrant, or disconnect the account",
        )
    })
}

fn encode(note: &Note) -> SecretBytes {
    let mut bytes = Vec::with_capacity(16 * 1024);
    if let Err(error) = serde_json::to_writer(&mut bytes, note) {
        unreachable!("texts and numbers become JSON: {error}");
    }
    SecretBox::new(Box::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::GrantName,
        environment::{Environment, Generation},
    };

    fn app(client_id: &str, secret: &str) -> App {
        App {
            client_id: client_id.to_owned(),
            client_secret: Some(secret.into()),
            environment: Environment::default(),
            redirect_uri: "http://127.0.0.1:8765/callback".to_owned(),
            send_redirect_uri: false,
            pkce: false,
            json_body: false,
            grant: GrantName::default(),
        }
    }

    fn begun(id: u64, at: u64, app: App) -> Begun {
        Begun { id, at, app, failed: false }
    }

    fn identity(app: &App) -> ClientIdentity {
        app.client(&crate::app::transport().unwrap()).unwrap().any().identity().clone()
    }

    #[test]
    fn the_login_that_connects_says_which_app_it_is() {
        let mut note = Note::default();
        note.begin(begun(1, 10, app("right", "s")));
        note.begin(begun(2, 20, app("wrong", "s")));
        note.begin(begun(3, 30, app("third", "s")));
        assert_eq!(note.latest().unwrap().client_id, "third");
        assert_eq!(note.app_of(&identity(&app("right", "s"))).unwrap().client_id, "right");
        note.finish(&identity(&app("wrong", "s")), Some(3));
        assert_eq!(note.current().unwrap().client_id, "wrong");
        assert_eq!(note.waiting().map(|begun| begun.id).collect::<Vec<_>>(), [3], "what came before is over");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test looks at the secret")]
    fn of_two_logins_of_one_app_the_own_one_counts() {
        let mut note = Note::default();
        note.begin(begun(1, 10, app("a", "right")));
        note.begin(begun(2, 20, app("a", "wrong")));
        note.finish(&identity(&app("a", "s")), Some(1));
        assert_eq!(note.current().unwrap().client_secret.as_ref().unwrap().expose_secret(), "right");
    }

    #[test]
    fn a_login_that_failed_is_not_waited_for() {
        let mut note = Note::default();
        note.begin(begun(1, 10, app("a", "s")));
        note.fail(1);
        assert_eq!(note.waiting().count(), 0);
        assert_eq!(note.latest().unwrap().client_id, "a");
    }

    #[test]
    fn old_logins_are_forgotten() {
        let mut note = Note::default();
        note.begin(begun(1, 10, app("a", "s")));
        note.begin(begun(2, 10 + REMEMBERED, app("b", "s")));
        assert_eq!(note.waiting().map(|begun| begun.id).collect::<Vec<_>>(), [2]);
        (0..30).for_each(|id| note.begin(begun(id, 20 + REMEMBERED, app("c", "s"))));
        assert_eq!(note.waiting().count(), LOGINS);
    }

    #[test]
    fn a_note_from_before_the_other_grants_is_read() {
        let own = r#"{"authorize":"https://a.example/a","token":"https://a.example/t","api":"https://a.example/v3"}"#;
        for (endpoints, kind) in [(own, "custom"), ("null", "retail")] {
            let text = format!(
                r#"{{"v":1,"current":{{"client_id":"a","client_secret":"s","endpoints":{endpoints},
                    "redirect_uri":"https://b.example/cb","send_redirect_uri":true,"pkce":false}},"begun":[]}}"#
            );
            let note = decode(&SecretBox::new(Box::new(text.into_bytes()))).unwrap();
            let again = decode(&encode(&note)).unwrap();
            for app in [note.current().unwrap(), again.current().unwrap()] {
                assert!(app.client_secret.is_some() && app.send_redirect_uri);
                assert_eq!((app.environment.kind(), app.grant), (kind, GrantName::AuthorizationCode));
                assert_eq!(app.provider(), ProviderName::Getresponse);
            }
            assert_eq!(note.format(), FORMAT, "an earlier build can still read it");
        }
    }

    #[tokio::test]
    async fn a_note_about_verticalresponse_is_no_earlier_build_s() {
        let vault =
            Vault::new(mailgrant_storage::memory::MemoryStore::default(), mailgrant_storage::KeyRing::ephemeral());
        // What is missing in it is as it is by default.
        let text = r#"{"v":2,"current":{"client_id":"a","client_secret":"s","generation":"2","endpoints":null,
            "redirect_uri":"https://b.example/cb","send_redirect_uri":true,"pkce":true},"begun":[]}"#;
        let note = decode(&SecretBox::new(Box::new(text.as_bytes().to_vec()))).unwrap();
        let second = note.current().unwrap().clone();
        assert_eq!((second.provider(), second.environment.kind()), (ProviderName::Verticalresponse, "production"));
        assert_eq!(second.environment.generation().map(Generation::number), Some(2));
        change(&vault, "main", |note| note.begin(begun(1, 1, second.clone()))).await.unwrap();
        let read = load(&vault, "main").await.unwrap();
        assert_eq!((read.v, read.latest().map(|app| &app.environment)), (WITH_PROVIDERS, Some(&second.environment)));
        change(&vault, "other", |note| note.begin(begun(1, 1, app("a", "s")))).await.unwrap();
        assert_eq!(load(&vault, "other").await.unwrap().v, FORMAT);
        let newer = text.replace(r#""v":2"#, r#""v":3"#).into_bytes();
        assert_eq!(decode(&SecretBox::new(Box::new(newer))).unwrap_err().code(), "note_unreadable");
    }

    #[tokio::test]
    async fn a_note_is_kept_until_it_is_erased() {
        let vault =
            Vault::new(mailgrant_storage::memory::MemoryStore::default(), mailgrant_storage::KeyRing::ephemeral());
        assert!(load(&vault, "main").await.unwrap().latest().is_none());
        for id in 1..=3 {
            change(&vault, "main", |note| note.begin(begun(id, 1, app("a b:+%&", "s")))).await.unwrap();
        }
        assert_eq!(load(&vault, "main").await.unwrap().waiting().count(), 3);
        assert_eq!(all(&vault).await.unwrap().len(), 1);
        assert!(erase(&vault, "main").await.unwrap());
        assert!(!erase(&vault, "main").await.unwrap());
        assert!(load(&vault, "main").await.unwrap().latest().is_none());
        assert_eq!(all(&vault).await.unwrap().len(), 0);
        change(&vault, "main", |note| note.begin(begun(9, 1, app("a", "s")))).await.unwrap();
        assert_eq!(load(&vault, "main").await.unwrap().waiting().count(), 1);
    }
}
