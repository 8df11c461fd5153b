//! Old: what the old code keeps its accounts in.

use mailgrant_core::secrecy::SecretString;

use super::fields::{Field, Fields};
use crate::exit::Stop;

/// What the old code keeps its accounts in.
pub(super) trait Old {
    /// Which it is: the same at each run however it is reached, and without a password.
    fn name(&self) -> &str;

    /// Some accounts that the old code still refreshes, in order of name, behind `after`; none if there are no more.
    async fn page(&mut self, after: Option<&str>) -> Result<Vec<Row>, Stop>;

    /// The accounts that it still refreshes whose refresh token another one of them has too, in order of name.
    async fn shared(&mut self) -> Result<Vec<Row>, Stop>;

    /// The accounts that it still refreshes with this token.
    async fn holders(&mut self, refresh_token: &SecretString) -> Result<Vec<Row>, Stop>;

    /// An account as it stands now.
    async fn row(&mut self, account: &str) -> Result<Option<Row>, Stop>;

    /// Takes it from the old code in one step, if it still refreshes it, with this refresh token.
    async fn take(&mut self, account: &str, refresh_token: &SecretString) -> Result<bool, Stop>;
}

/// An account of the old code's.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) fields: Fields,
    /// It was told that the account is not its own any more.
    pub(super) marked: bool,
}

impl Row {
    pub(super) fn account(&self) -> &str {
        self.fields.text(Field::Account).unwrap_or_default()
    }

    pub(super) fn refresh_token(&self) -> Option<&SecretString> {
        self.fields.secret(Field::RefreshToken)
    }

    /// The refresh token, if the old code may use it.
    pub(super) fn held(&self) -> Option<&SecretString> {
        self.refresh_token().filter(|_| !self.marked)
    }
}
