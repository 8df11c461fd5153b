//! House: where accounts are taken to, which is this store with one app.

use mailgrant_core::{Error, TokenRecord};
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, Status, Vault, Version};

use super::{
    fields::{Field, Fields},
    flaw::Flaw,
    owners,
    trouble::Trouble,
};
use crate::{
    app::{App, AppClient, GrantName},
    connect, note,
    provider::ProviderName,
    running,
    whose::Rows,
};

/// Where accounts are taken to.
pub(super) struct House {
    pub(super) vault: Vault,
    pub(super) manager: Manager,
    pub(super) client: AppClient,
    pub(super) app: App,
}

/// What is under an account's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing; or what is left of an account that was given up, at this version.
    Free(Option<Version>),
    /// The account, with the same tokens, or made from them and renewed since.
    Here,
    /// An account with others, at this version.
    Other(Version),
}

impl House {
    pub(super) fn provider(&self) -> ProviderName {
        self.app.provider()
    }

    /// Whether its grant is renewed by a refresh token, so that an account without one is none.
    pub(super) fn renews(&self) -> bool {
        self.app.grant == GrantName::AuthorizationCode && !matches!(self.client, AppClient::Classic(_))
    }

    /// The record of what an account's fields say, with its name.
    pub(super) fn record(&self, fields: &Fields, zoneless: bool) -> Result<(String, TokenRecord), Flaw> {
        let name = name(fields)?.to_owned();
        self.expect_app(fields)?;
        let grant = match fields.text(Field::Grant) {
            Some(word) => GrantName::named(word)
                .ok_or_else(|| Flaw::new("grant_unknown", "its field `grant` names no grant that is known here"))?,
            None => self.app.grant,
        };
        let record = self.client.import(&self.app, grant, fields.tokens(zoneless)?)?;
        Ok((name, record))
    }

    /// An export says which app its accounts are of.
    fn expect_app(&self, fields: &Fields) -> Result<(), Flaw> {
        let identity = self.client.identity();
        let other = |field: Field, own: &str| fields.text(field).is_some_and(|named| named != own);
        if other(Field::ClientId, &identity.client_id) {
            return Err(Flaw::new("client_mismatch", "it is of another app than --client-id names"));
        }
        if other(Field::Environment, &identity.environment) {
            return Err(Flaw::new("environment_mismatch", "it is of another environment than the options name"));
        }
        Ok(())
    }

    /// What is under the name now.
    pub(super) async fn look(&self, name: &str, record: &TokenRecord) -> Result<Place, Trouble> {
        let note = note::load(&self.vault, name).await?;
        let rows = Rows::of(&self.vault, name).await?;
        if rows.expect(&note, self.provider(), name).is_err() {
            return Err(Trouble::conflict(
                "name_taken",
                "the name is an account of another provider's here, and a name is one account's",
            ));
        }
        let Some(kept) = self.vault.load(&self.key(name)?).await? else { return Ok(Place::Free(None)) };
        let version = kept.row.version;
        match (kept.row.status, kept.record) {
            (Status::Disconnected, None) => Ok(Place::Free(Some(version))),
            (Status::Disconnected, Some(_)) => Err(Trouble::conflict(
                "revocation_owed",
                "the account of that name was given up here, and that is not done: disconnect it once more first",
            )),
            (_, Some(stored)) if stored.same_refresh_token(record) && stored.same_access_token(record) => {
                Ok(Place::Here)
            }
            _ if note.imported().is_some_and(|hash| hash == owners::hash_of(record)) => Ok(Place::Here),
            _ => Ok(Place::Other(version)),
        }
    }

    /// Makes it an account, with its app. If this process ends in between, the app is found among those that were begun.
    pub(super) async fn keep(&self, name: &str, record: TokenRecord) -> Result<(), Error> {
        let id = connect::remember_begun(&self.vault, name, &self.app).await?;
        let (identity, hash) = (record.identity().clone(), owners::hash_of(&record));
        if let Err(error) = self.manager.import(&self.key(name)?, record).await {
            note::change(&self.vault, name, |note| note.fail(id)).await?;
            return Err(error);
        }
        note::change(&self.vault, name, |note| {
            note.finish(&identity, Some(id));
            note.import(&hash);
        })
        .await
    }

    /// Whoever made it an account ended before that was noted with it, perhaps.
    pub(super) async fn note_app(&self, name: &str, record: &TokenRecord) -> Result<(), Error> {
        let (identity, hash) = (self.client.identity(), owners::hash_of(record));
        let note = note::load(&self.vault, name).await?;
        let unfinished = !note.current().is_some_and(|app| app.is(identity)) && note.app_of(identity).is_some();
        if !unfinished {
            return Ok(());
        }
        note::change(&self.vault, name, |note| {
            note.finish(identity, None);
            note.import(&hash);
        })
        .await
    }

    pub(super) fn key(&self, name: &str) -> Result<AccountKey, Error> {
        running::account_key(self.provider(), name)
    }
}

/// The account's name, if it can be one here.
pub(super) fn name(fields: &Fields) -> Result<&str, Flaw> {
    let Some(name) = fields.text(Field::Account) else {
        return Err(Flaw::new("account_missing", "it has no field `account`, which is its name here"));
    };
    running::account_key(ProviderName::Getresponse, name)?;
    Ok(name)
}

/// Another one goes by the name.
pub(super) fn occupied() -> Trouble {
    Trouble::conflict(
        "account_connected",
        "an account of that name is connected here, with other tokens: it was left as it is, on both sides",
    )
}
