//! A connection for as long as one verb takes.

use std::{fmt, future::Future, time::Duration};

use sqlx::{
    AssertSqlSafe, PgConnection, PgPool, Postgres, Transaction,
    pool::PoolConnection,
    postgres::{PgArguments, PgRow},
    query::Query,
    raw_sql,
};

use super::{
    columns::get,
    names::Names,
    server_error::{ServerError, store_error},
};
use crate::StoreError;

/// A transaction that ends by itself if we freeze within it, or wait for somebody who did.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; \
    SET LOCAL idle_in_transaction_session_timeout = 5000; SET LOCAL lock_timeout = 10000";

/// A migration takes as long as the tables are large, and waits for those of other processes.
const MIGRATE: &str =
    "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0";
const MIGRATION: Duration = Duration::from_secs(3600);

/// One verb's connection: statements for themselves, or a transaction where that is what keeps them on one server.
pub(super) struct Session<'s> {
    held: Held,
    names: &'s Names,
    patience: Duration,
}

enum Held {
    Alone(PoolConnection<Postgres>),
    Together(Transaction<'static, Postgres>),
}

impl<'s> Session<'s> {
    pub(super) async fn begin(
        pool: &PgPool,
        names: &'s Names,
        patience: Duration,
        together: bool,
    ) -> Result<Self, StoreError> {
        let patience = before_giving_up(patience);
        let held = if together {
            Held::Together(within(patience, pool.begin_with(BEGIN)).await?.map_err(store_error)?)
        } else {
            Held::Alone(within(patience, pool.acquire()).await?.map_err(store_error)?)
        };
        Ok(Self { held, names, patience })
    }

    /// A transaction without end, or nearly.
    pub(super) async fn to_migrate(pool: &PgPool, names: &'s Names, patience: Duration) -> Result<Self, StoreError> {
        let change = within(before_giving_up(patience), pool.begin_with(MIGRATE)).await?.map_err(store_error)?;
        Ok(Self { held: Held::Together(change), names, patience: MIGRATION })
    }

    pub(super) fn sql(&self, template: &str) -> AssertSqlSafe<String> {
        self.names.sql(template)
    }

    /// Between a server's connections that others use too, a statement cannot be called by a name.
    pub(super) fn query<'q>(&self, template: &str) -> Query<'q, Postgres, PgArguments> {
        sqlx::query(self.sql(template)).persistent(matches!(self.held, Held::Alone(_)))
    }

    pub(super) async fn rows(&mut self, query: Query<'_, Postgres, PgArguments>) -> Result<Vec<PgRow>, StoreError> {
        let patience = self.patience;
        let answer = within(patience, query.fetch_all(self.connection())).await;
        self.judged(answer)
    }

    pub(super) async fn row(&mut self, query: Query<'_, Postgres, PgArguments>) -> Result<PgRow, StoreError> {
        let patience = self.patience;
        let answer = within(patience, query.fetch_one(self.connection())).await;
        self.judged(answer)
    }

    /// How many rows a change came to; none if it lost a race, after which it is to be looked at again.
    pub(super) async fn changed(&mut self, query: Query<'_, Postgres, PgArguments>) -> Result<u64, StoreError> {
        let patience = self.patience;
        let answer = within(patience, query.execute(self.connection())).await;
        match (&self.held, answer) {
            (Held::Alone(_), Ok(Err(error))) if ServerError::is_lost_race(&error) => Ok(0),
            (_, answer) => self.judged(answer).map(|result| result.rows_affected()),
        }
    }

    /// Whether a change of [`step`](super::events::step) found what it was made for.
    pub(super) async fn saved(&mut self, query: Query<'_, Postgres, PgArguments>) -> Result<bool, StoreError> {
        let patience = self.patience;
        let answer = within(patience, query.fetch_one(self.connection())).await;
        match (&self.held, answer) {
            (Held::Alone(_), Ok(Err(error))) if ServerError::is_lost_race(&error) => Ok(false),
            (_, answer) => Ok(get::<i64>(&self.judged(answer)?, "changed")? == 1),
        }
    }

    /// Runs statements without values.
    pub(super) async fn script(&mut self, template: &str) -> Result<(), StoreError> {
        let (sql, patience) = (self.sql(template), self.patience);
        let answer = within(patience, raw_sql(sql).execute(self.connection())).await;
        self.judged(answer).map(drop)
    }

    /// What a transaction changed is changed from here on.
    pub(super) async fn finish(self) -> Result<(), StoreError> {
        match self.held {
            Held::Alone(_) => Ok(()),
            Held::Together(change) => within(self.patience, change.commit()).await?.map_err(store_error),
        }
    }

    fn connection(&mut self) -> &mut PgConnection {
        match &mut self.held {
            Held::Alone(connection) => connection,
            Held::Together(change) => change,
        }
    }

    /// After no answer a connection is in no state to be used again. One that only reads is given up, so that the next
    /// may come to the server that took over.
    fn judged<T>(&mut self, answer: Result<Result<T, sqlx::Error>, StoreError>) -> Result<T, StoreError> {
        let answer = answer.and_then(|answer| answer.map_err(store_error));
        if let (Held::Alone(connection), Err(StoreError::Unavailable(source))) = (&mut self.held, &answer)
            && source.downcast_ref::<ServerError>().is_none_or(ServerError::is_read_only)
        {
            connection.close_on_drop();
        }
        answer
    }
}

/// Longer than a pool of ours waits by itself, whose word tells more.
const fn before_giving_up(patience: Duration) -> Duration {
    patience.saturating_add(Duration::from_secs(1))
}

/// What `future` comes to, if it does in time: a server that is gone without a word would be waited for without end.
async fn within<T>(patience: Duration, future: impl Future<Output = T>) -> Result<T, StoreError> {
    tokio::time::timeout(patience, future).await.map_err(|_| StoreError::unavailable(NoAnswer(patience)))
}

#[derive(Debug)]
struct NoAnswer(Duration);

impl fmt::Display for NoAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the server did not answer within {:?}", self.0)
    }
}

impl std::error::Error for NoAnswer {}
