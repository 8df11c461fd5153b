//! The database that a table is in.

use std::collections::BTreeMap;

use mailgrant_core::secrecy::{ExposeSecret, SecretString};
use sqlx::{AssertSqlSafe, ConnectOptions, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use super::statements::Dialect;
use crate::{
    exit::{Exit, Stop},
    store::StoreAddress,
};

/// One connection to it.
pub(super) struct Database {
    connection: Connection,
    /// Where it is, for people.
    place: String,
    /// The file that it is.
    file: Option<std::path::PathBuf>,
}

enum Connection {
    Sqlite(SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::PgConnection),
}

/// The same statement on whichever connection it is. What is bound goes no further.
macro_rules! on {
    ($self:ident, $sql:ident, $arguments:ident, $query:ident => $run:expr, $connection:ident) => {
        match &mut $self.connection {
            Connection::Sqlite($connection) => {
                let mut $query = sqlx::query(AssertSqlSafe($sql.to_owned()));
                for argument in $arguments {
                    $query = $query.bind(argument.expose_secret());
                }
                $run
            }
            #[cfg(feature = "postgres")]
            Connection::Postgres($connection) => {
                let mut $query = sqlx::query(AssertSqlSafe($sql.to_owned())).persistent(false);
                for argument in $arguments {
                    $query = $query.bind(argument.expose_secret());
                }
                $run
            }
        }
    };
}

impl Database {
    /// Opens it; `to_read`: and nothing is written there. Says where it is.
    pub(super) async fn open(address: &StoreAddress, to_read: bool) -> Result<(Self, String), Stop> {
        let mut file = None;
        let (connection, place) = match address {
            StoreAddress::File(path, _) => {
                let place = path.display().to_string();
                let options = SqliteConnectOptions::new().filename(path).read_only(to_read);
                let options = options.busy_timeout(std::time::Duration::from_secs(30)).disable_statement_logging();
                let connection = options.connect().await.map_err(|error| stop(&place, &error))?;
                // One file has many paths.
                file = path.canonicalize().ok();
                (Connection::Sqlite(connection), place)
            }
            StoreAddress::Server(server) => {
                let place = server.name().to_owned();
                (Self::connect(server).await?, place)
            }
            StoreAddress::Unfit(_) => return Err(unfit()),
        };
        Ok((Self { connection, place: place.clone(), file }, place))
    }

    #[cfg(feature = "postgres")]
    #[expect(clippy::disallowed_methods, reason = "door: the database's address, into what connects to it")]
    async fn connect(server: &crate::store::Server) -> Result<Connection, Stop> {
        use std::str::FromStr;
        let Some(url) = server.postgres_url() else { return Err(unfit()) };
        let options = sqlx::postgres::PgConnectOptions::from_str(url.expose_secret());
        let options = options.map_err(|error| stop(server.name(), &error))?.disable_statement_logging();
        let connection = options.connect().await.map_err(|error| stop(server.name(), &error))?;
        Ok(Connection::Postgres(connection))
    }

    #[cfg(not(feature = "postgres"))]
    #[expect(clippy::unused_async, reason = "no server is built in")]
    async fn connect(server: &crate::store::Server) -> Result<Connection, Stop> {
        Err(Stop::new(Exit::Configuration, format!("{}: this build of mailgrant reads no table there", server.name()))
            .next("build it with `--features postgres`"))
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self.connection {
            Connection::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Connection::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Which table it is, however it is reached: as the database says it.
    pub(super) async fn source(&mut self, table: &[String]) -> Result<String, Stop> {
        match self.dialect() {
            Dialect::Sqlite => {
                let file = self.file.as_ref().map_or_else(|| self.place.clone(), |file| file.display().to_string());
                // Names there are the same in either case.
                Ok(format!("sqlite {file} {}", table.join(".").to_ascii_lowercase()))
            }
            #[cfg(feature = "postgres")]
            Dialect::Postgres => {
                let table = super::statements::quoted(table);
                let sql = "SELECT current_database() || ' ' || CAST(spaces.nspname AS TEXT) || '.' || \
                     CAST(tables.relname AS TEXT), \
                     CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE') THEN 'yes' END, \
                     COALESCE(host(inet_server_addr()), 'local') || ':' || current_setting('port') \
                     FROM pg_class AS tables JOIN pg_namespace AS spaces ON spaces.oid = tables.relnamespace \
                     WHERE tables.oid = to_regclass($1)";
                let mut told = self.rows(sql, &[&table.into()]).await?.into_iter().flatten();
                let (named, may_ask, host) = (told.next().flatten(), told.next().flatten(), told.next().flatten());
                // It stays with a server that has moved to another address; not every one tells it.
                let server = match may_ask {
                    Some(_) => {
                        let sql = "SELECT CAST(system_identifier AS TEXT) FROM pg_control_system()";
                        self.rows(sql, &[]).await?.into_iter().flatten().next().flatten()
                    }
                    None => host,
                };
                let [named, server] = [named, server].map(|text| text.map(opened).unwrap_or_default());
                Ok(format!("postgres {server} {named}"))
            }
        }
    }

    /// The columns of a table, with their types.
    pub(super) async fn columns(&mut self, table: &str) -> Result<BTreeMap<String, String>, Stop> {
        let sql = match self.dialect() {
            Dialect::Sqlite => "SELECT name, type FROM pragma_table_info($1)",
            #[cfg(feature = "postgres")]
            Dialect::Postgres => {
                "SELECT CAST(attname AS TEXT), CAST(format_type(atttypid, atttypmod) AS TEXT) FROM pg_attribute \
                 WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped"
            }
        };
        // SQLite's is called as it is, and has no schema of that kind.
        let table = match self.dialect() {
            Dialect::Sqlite => table.trim_matches('"').replace("\"\"", "\""),
            #[cfg(feature = "postgres")]
            Dialect::Postgres => table.to_owned(),
        };
        let rows = self.rows(sql, &[&table.into()]).await?;
        let mut columns = BTreeMap::new();
        for row in rows {
            let mut row = row.into_iter().flatten().map(opened);
            if let (Some(name), Some(typed)) = (row.next(), row.next()) {
                columns.insert(name, typed);
            }
        }
        Ok(columns)
    }

    /// What a statement selects, all of it text.
    #[expect(clippy::disallowed_methods, reason = "door: a token, to the table that it was read from")]
    pub(super) async fn rows(
        &mut self,
        sql: &str,
        arguments: &[&SecretString],
    ) -> Result<Vec<Vec<Option<SecretString>>>, Stop> {
        let rows = on!(self, sql, arguments, query => {
            let rows = query.fetch_all(connection).await.map_err(|error| stop(&self.place, &error))?;
            rows.iter().map(|row| {
                (0..row.len()).map(|column| Ok(row.try_get::<Option<String>, _>(column)?.map(Into::into))).collect()
            }).collect::<Result<_, sqlx::Error>>()
        }, connection);
        rows.map_err(|error| stop(&self.place, &error))
    }

    /// How many rows a statement changed.
    #[expect(clippy::disallowed_methods, reason = "door: a token, to the table that it was read from")]
    pub(super) async fn change(&mut self, sql: &str, arguments: &[&SecretString]) -> Result<u64, Stop> {
        let changed = on!(self, sql, arguments, query => {
            query.execute(connection).await.map(|done| done.rows_affected())
        }, connection);
        changed.map_err(|error| stop(&self.place, &error))
    }
}

#[expect(clippy::disallowed_methods, reason = "door: the name of a column or a table, which is none")]
fn opened(text: SecretString) -> String {
    text.expose_secret().to_owned()
}

/// What the database says, without its details: they quote rows.
fn stop(place: &str, error: &sqlx::Error) -> Stop {
    let (exit, why) = match error {
        sqlx::Error::Database(error) if passes(&**error) => (Exit::TryLater, error.message().to_owned()),
        sqlx::Error::Database(error) => (Exit::Configuration, error.message().to_owned()),
        sqlx::Error::Io(error) => (Exit::TryLater, error.to_string()),
        sqlx::Error::Tls(_) => (Exit::Configuration, "the connection cannot be made secret".to_owned()),
        sqlx::Error::Configuration(_) => (Exit::Usage, "that is no address of a database".to_owned()),
        sqlx::Error::ColumnDecode { .. } => (Exit::Configuration, "a column holds what is no text".to_owned()),
        _ => (Exit::TryLater, "the database cannot be reached".to_owned()),
    };
    Stop::new(exit, format!("{place}: {why}"))
}

/// Whether it is somebody else's doing, and over in a while.
fn passes(error: &dyn sqlx::error::DatabaseError) -> bool {
    let Some(code) = error.code() else { return false };
    match code.parse::<u32>() {
        // SQLite is locked, the lower byte says.
        Ok(number) if code.len() < 5 => matches!(number % 256, 5 | 6),
        // PostgreSQL's classes: connection, transaction, resources, intervention.
        _ => ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)),
    }
}

fn unfit() -> Stop {
    Stop::new(Exit::Usage, "--from: a table is in `sqlite:PATH` or `postgres://USER@HOST/DATABASE`")
}
