//! The apps that the provider knows.

use std::collections::{HashMap, HashSet};

use crate::app::App;
use crate::fields::decoded;

#[derive(Debug, Default)]
pub(crate) struct Registry {
    apps: HashMap<String, App>,
    /// Ids that were accepted unseen. Remembered, because Basic alone does not tell where such an
    /// id ends, nor whether it is encoded.
    strangers: HashSet<String>,
}

impl Registry {
    pub(crate) fn register(&mut self, app: App) {
        self.apps.insert(app.client_id.clone(), app);
    }

    pub(crate) fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.get(client_id)
    }

    /// The panel domain of a MAX app; strangers are retail.
    pub(crate) fn panel(&self, client_id: &str) -> Option<&str> {
        self.app(client_id)?.max.as_deref()
    }

    pub(crate) fn remember_stranger(&mut self, client_id: &str) {
        self.strangers.insert(client_id.to_owned());
    }

    /// The client that these two belong to.
    pub(crate) fn by_pair(&self, id: &str, secret: &str, any_client: bool) -> Option<String> {
        match self.apps.get(id) {
            Some(app) => (app.client_secret == secret).then(|| id.to_owned()),
            None => (any_client && !id.is_empty()).then(|| id.to_owned()),
        }
    }

    /// The client that an opened Basic header belongs to, be it form-encoded before base64 (as RFC
    /// 6749 has it) or raw (as many do). Ids may hold colons.
    pub(crate) fn by_basic(&self, userpass: &str, any_client: bool) -> Option<String> {
        let raw = |app: &&App| {
            userpass.strip_prefix(app.client_id.as_str()).and_then(|rest| rest.strip_prefix(':'))
                == Some(app.client_secret.as_str())
        };
        if let Some(app) = self.apps.values().find(raw) {
            return Some(app.client_id.clone());
        }
        let (id, secret) = userpass.split_once(':')?;
        let (decoded_id, decoded_secret) = (decoded(id), decoded(secret));
        if self.apps.contains_key(&decoded_id) {
            return self.by_pair(&decoded_id, &decoded_secret, any_client);
        }
        if self.apps.contains_key(id) {
            return None;
        }
        let seen_raw = self.strangers.iter().find(|stranger| {
            let rest = userpass.strip_prefix(stranger.as_str());
            rest.is_some_and(|rest| rest.starts_with(':'))
        });
        match seen_raw {
            Some(stranger) if any_client => Some(stranger.clone()),
            _ => self.by_pair(&decoded_id, &decoded_secret, any_client),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Registry;
    use crate::app::App;

    #[test]
    fn basic_is_understood_raw_or_encoded() {
        let mut registry = Registry::default();
        registry.register(App::new("my:id+1 %&", "s:e%c+r é"));
        let id = Some("my:id+1 %&".to_owned());
        assert_eq!(registry.by_basic("my:id+1 %&:s:e%c+r é", false), id);
        let encoded = "my%3Aid%2B1+%25%26:s%3Ae%25c%2Br+%C3%A9";
        assert_eq!(registry.by_basic(encoded, false), id);
        assert_eq!(registry.by_basic("my:id+1 %&:wrong", false), None);
        assert_eq!(registry.by_basic("no colon", true), None);
    }

    #[test]
    fn any_client_still_minds_the_secret_of_a_registered_one() {
        let mut registry = Registry::default();
        registry.register(App::new("known", "secret"));
        assert_eq!(registry.by_basic("known:wrong", true), None);
        assert_eq!(registry.by_pair("known", "wrong", true), None);
        assert_eq!(registry.by_pair("new", "x", true), Some("new".into()));
        assert_eq!(registry.by_pair("new", "x", false), None);
        assert_eq!(registry.by_basic("a%2Bb:x", true), Some("a+b".into()));
        registry.remember_stranger("a:b");
        assert_eq!(registry.by_basic("a:b:x", true), Some("a:b".into()));
    }
}
