//! A table of the old code's.

mod database;
mod options;
mod statements;

use std::collections::BTreeMap;

use mailgrant_core::secrecy::SecretString;

pub(crate) use self::options::{ColumnOf, HandOver};
use self::{database::Database, statements::Statements};
use super::{
    fields::{Field, Fields},
    old::{Old, Row},
};
use crate::{
    args::ImportArgs,
    exit::{Exit, Stop},
    store::StoreAddress,
};

/// A table of the old code's, whose rows are accounts.
pub(super) struct Table {
    database: Database,
    statements: Statements,
    name: String,
}

/// Fields that a column of the same name is taken for. What a table calls `account_id` is hardly the provider's.
const GUESSED: [Field; 7] = [
    Field::Account,
    Field::AccessToken,
    Field::RefreshToken,
    Field::ExpiresAt,
    Field::ExpiresIn,
    Field::ObtainedAt,
    Field::Scope,
];

impl Table {
    /// `renews`: an account without a refresh token is none that could be taken over.
    pub(super) async fn open(from: &StoreAddress, table: &str, args: &ImportArgs, renews: bool) -> Result<Self, Stop> {
        let parts = options::table(table)?;
        if from.has_own_names() {
            return Err(Stop::new(
                Exit::Usage,
                "--from: `schema`, `prefix`, `pgbouncer` in its query are of a store, not of a table",
            )
            .next("name the table with its schema, --table SCHEMA.NAME, and give the address without them"));
        }
        let (mut database, place) = Database::open(from, args.dry_run).await?;
        let types = database.columns(&statements::quoted(&parts)).await?;
        if types.is_empty() {
            return Err(Stop::new(Exit::Configuration, format!("{place}: there is no table {table}")));
        }
        let columns = columns(&types, args, renews).map_err(|stop| stop.coming_to(&format!("{place}: {table}")))?;
        let mark = match &args.hand_over {
            HandOver::Mark(column) if !types.contains_key(column) => return Err(missing(column, &types)),
            HandOver::Mark(column) => Some(column.as_str()),
            HandOver::Erase => None,
        };
        let statements = Statements::new(database.dialect(), &parts, &columns, &types, mark, renews);
        let twice = database.rows(&statements.twice, &[]).await?;
        if !twice.is_empty() {
            return Err(Stop::new(
                Exit::Configuration,
                format!(
                    "{place}: {table} has several rows of one account: the column of `account` has to tell them apart"
                ),
            ));
        }
        let name = database.source(&parts).await?;
        Ok(Self { database, statements, name })
    }

    fn row(columns: Vec<Option<SecretString>>) -> Row {
        let mut columns = columns.into_iter();
        let mut fields = Fields::default();
        // As they are selected.
        for field in Statements::FIELDS {
            fields.set(field, columns.next().flatten().filter(|text| field == Field::Account || !is_empty(text)));
        }
        Row { fields, marked: columns.next().flatten().is_some() }
    }
}

impl Old for Table {
    fn name(&self) -> &str {
        &self.name
    }

    async fn page(&mut self, after: Option<&str>) -> Result<Vec<Row>, Stop> {
        let rows = match after {
            Some(after) => self.database.rows(&self.statements.behind, &[&after.into()]).await?,
            None => self.database.rows(&self.statements.first, &[]).await?,
        };
        Ok(rows.into_iter().map(Self::row).collect())
    }

    async fn shared(&mut self) -> Result<Vec<Row>, Stop> {
        let Some(shared) = &self.statements.shared else { return Ok(Vec::new()) };
        Ok(self.database.rows(shared, &[]).await?.into_iter().map(Self::row).collect())
    }

    async fn holders(&mut self, refresh_token: &SecretString) -> Result<Vec<Row>, Stop> {
        let Some(holders) = &self.statements.holders else { return Ok(Vec::new()) };
        Ok(self.database.rows(holders, &[refresh_token]).await?.into_iter().map(Self::row).collect())
    }

    async fn row(&mut self, account: &str) -> Result<Option<Row>, Stop> {
        let rows = self.database.rows(&self.statements.one, &[&account.into()]).await?;
        Ok(rows.into_iter().next().map(Self::row))
    }

    async fn take(&mut self, account: &str, refresh_token: &SecretString) -> Result<bool, Stop> {
        let changed = self.database.change(&self.statements.take, &[&account.into(), refresh_token]).await?;
        Ok(changed > 0)
    }
}

/// The column of each field that there is one for.
fn columns(
    types: &BTreeMap<String, String>,
    args: &ImportArgs,
    renews: bool,
) -> Result<BTreeMap<&'static str, String>, Stop> {
    let mut columns = BTreeMap::new();
    for field in GUESSED.iter().filter(|field| types.contains_key(field.name())) {
        columns.insert(field.name(), field.name().to_owned());
    }
    for ColumnOf { field, column } in &args.column {
        if !types.contains_key(column) {
            return Err(missing(column, types));
        }
        columns.insert(field.name(), column.clone());
    }
    let needed = if renews { Field::RefreshToken } else { Field::AccessToken };
    for field in [Field::Account, needed] {
        if !columns.contains_key(field.name()) {
            return Err(missing(field.name(), types).next(format!("name its column with --column {}=…", field.name())));
        }
    }
    Ok(columns)
}

fn missing(column: &str, types: &BTreeMap<String, String>) -> Stop {
    let there: Vec<_> = types.keys().map(String::as_str).collect();
    Stop::new(Exit::Configuration, format!("there is no column `{column}`, but {}", there.join(", ")))
}

#[expect(clippy::disallowed_methods, reason = "door: a column, to see that it is not empty")]
fn is_empty(text: &SecretString) -> bool {
    use mailgrant_core::secrecy::ExposeSecret;
    text.expose_secret().is_empty()
}
