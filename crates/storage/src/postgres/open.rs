//! Opening the database.

use std::{fmt, str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, Connection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{
    PostgresStore,
    names::{Names, SchemaName},
    schema,
    server_error::at_opening,
    session::Session,
};
use crate::{StoreError, table_prefix::TablePrefix};

/// A connection that lay idle for longer may have died meanwhile, and is asked before it is used.
const TRUSTED: Duration = Duration::from_secs(1);

/// How to open a [`PostgresStore`]; made by [`PostgresStore::builder`] or [`PostgresStore::builder_on`].
#[derive(Clone)]
#[must_use = "it opens nothing until `open`"]
pub struct PostgresStoreBuilder {
    place: Place,
    schema: SchemaName,
    prefix: TablePrefix,
    patience: Duration,
    connections: u32,
    pooled: bool,
    migrates: bool,
}

#[derive(Clone)]
enum Place {
    Server(Box<PgConnectOptions>),
    Pool(PgPool),
}

impl PostgresStoreBuilder {
    pub(super) fn at(url: &str) -> Result<Self, StoreError> {
        // The parser takes any scheme, and its words could quote the password.
        let ours = url.starts_with("postgres://") || url.starts_with("postgresql://");
        match PgConnectOptions::from_str(url) {
            Ok(options) if ours => Ok(Self::of(Place::Server(Box::new(options)))),
            _ => Err(StoreError::Unusable("this is no address of PostgreSQL, such as postgres://host/name".into())),
        }
    }

    pub(super) fn on(pool: PgPool) -> Self {
        Self::of(Place::Pool(pool))
    }

    fn of(place: Place) -> Self {
        Self {
            place,
            schema: SchemaName::default(),
            prefix: TablePrefix::default(),
            patience: Duration::from_secs(10),
            connections: 10,
            pooled: false,
            migrates: true,
        }
    }

    /// The schema of the tables; `public` unless told otherwise.
    pub fn schema(mut self, schema: SchemaName) -> Self {
        self.schema = schema;
        self
    }

    /// What the names of the tables begin with, so that several stores, or other tables, share the schema.
    pub fn table_prefix(mut self, prefix: TablePrefix) -> Self {
        self.prefix = prefix;
        self
    }

    /// How long to wait for a connection, and then for an answer, before [`StoreError::Unavailable`]; 10 seconds unless
    /// told otherwise. A pool of one's own may wait less by itself.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How many connections to have at most; 10 unless told otherwise. A pool of one's own has its own number.
    ///
    /// A verb holds one for a round trip or two, so a few serve hundreds of accounts in a second.
    pub fn max_connections(mut self, connections: u32) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// For a server behind PgBouncer in transaction mode, or whatever else deals out its connections so: no statement has
    /// a name, nothing is kept in a session, each verb is a short explicit transaction.
    ///
    /// It costs three or four more round trips for each verb. Nothing has to be set in PgBouncer for it; a pool of one's own
    /// should be made with `extra_float_digits(None)`, which PgBouncer refuses unless told otherwise.
    pub fn behind_pgbouncer(mut self) -> Self {
        self.pooled = true;
        self
    }

    /// Makes and migrates nothing: somebody else runs [`PostgresStore::ddl`], and what is not there is an error.
    pub fn without_migrating(mut self) -> Self {
        self.migrates = false;
        self
    }

    /// Connects, then makes or migrates the tables if need be; of many that open at once, one does.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the server cannot be reached now;
    /// [`StoreError::Unusable`] if it does not let us in, or does not let us make tables, or, without migrating, has
    /// none or older ones;
    /// [`StoreError::Incompatible`] if a newer build made its tables, which are left as they are.
    pub async fn open(self) -> Result<PostgresStore, StoreError> {
        let names = Names::new(self.schema, self.prefix);
        let pool = match self.place {
            Place::Pool(pool) => pool,
            Place::Server(options) => pool(*options, self.connections, self.patience, self.pooled),
        };
        let store = PostgresStore { pool, names, patience: self.patience, pooled: self.pooled };
        prepare(&store, self.migrates).await.map_err(at_opening)?;
        Ok(store)
    }
}

async fn prepare(store: &PostgresStore, migrates: bool) -> Result<(), StoreError> {
    // Looked at first, since it takes no lock, and no right to make tables.
    let mut session = store.session().await?;
    let current = schema::is_current(&mut session).await?;
    session.finish().await?;
    if !current && !migrates {
        return Err(StoreError::Unusable(
            "the tables are missing, or of an older build: let somebody run the DDL of this one".into(),
        ));
    }
    if !current {
        let mut session = Session::to_migrate(&store.pool, &store.names, store.patience).await?;
        schema::migrate(&mut session).await?;
        session.finish().await?;
    }
    Ok(())
}

fn pool(options: PgConnectOptions, connections: u32, patience: Duration, pooled: bool) -> PgPool {
    let mut options = options.disable_statement_logging();
    if options.get_application_name().is_none() {
        options = options.application_name("mailgrant");
    }
    if pooled {
        options = options.statement_cache_capacity(0).extra_float_digits(None);
    }
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(patience)
        .test_before_acquire(false)
        .before_acquire(|connection, state| {
            Box::pin(async move {
                if state.idle_for > TRUSTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options)
}

/// Without the address, which may hold a password.
impl fmt::Debug for PostgresStoreBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PostgresStoreBuilder")
            .field("schema", &self.schema)
            .field("prefix", &self.prefix)
            .field("pooled", &self.pooled)
            .field("migrates", &self.migrates)
            .finish_non_exhaustive()
    }
}
