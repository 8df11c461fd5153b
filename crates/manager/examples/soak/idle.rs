//! The accounts that lie there: a million, so that whatever looks for a few has to look among them.

use std::{error::Error, time::Duration};

use mailgrant_core::{ClientIdentity, GrantKind, Host, SystemHost};
use mailgrant_storage::Vault;
use sqlx::{Connection, Executor, PgConnection, query, query_scalar};

const ACCOUNTS: i32 = 1_000_000;

/// As renewals leave them, of the same app, each with 640 sealed bytes, due at a moment of its own in the next weeks.
const FILL: &str = "INSERT INTO soak.mailgrant_accounts (tenant, provider, account, version, status, key_id, sealed, \
        client_key, environment, expires_at, due_at, upkeep_at, written_at) \
    SELECT 'tenant-' || n % 1000, 'getresponse', 'idle-' || n, 1, 'active', 'key', decode(repeat(md5(n::text), 40), 'hex'), \
        $1, $2, now, now, now + 86400000000 + n::bigint * 864000, now \
    FROM generate_series(1, $3) n, (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now) clock";

pub(crate) async fn fill(url: &str, identity: &ClientIdentity) -> Result<(), Box<dyn Error>> {
    let began = SystemHost.monotonic();
    let mut connection = PgConnection::connect(url).await?;
    let client_key = Vault::client_key(identity, GrantKind::AuthorizationCode);
    query(FILL).bind(client_key).bind(&identity.environment).bind(ACCOUNTS).execute(&mut connection).await?;
    connection.execute("VACUUM ANALYZE soak.mailgrant_accounts").await?;
    let took = Duration::from_secs((SystemHost.monotonic() - began).as_secs());
    println!("{ACCOUNTS} idle accounts were written in {took:?}");
    let sizes = "SELECT pg_relation_size('soak.mailgrant_accounts') + \
        coalesce(pg_relation_size((SELECT nullif(reltoastrelid, 0) FROM pg_class \
            WHERE oid = 'soak.mailgrant_accounts'::regclass)), 0)";
    let rows: i64 = query_scalar(sizes).fetch_one(&mut connection).await?;
    let whole: i64 =
        query_scalar("SELECT pg_total_relation_size('soak.mailgrant_accounts')").fetch_one(&mut connection).await?;
    let each = |bytes: i64| bytes / i64::from(ACCOUNTS);
    println!("{} bytes for each account, {} of them in its row, the rest in indexes", each(whole), each(rows));
    connection.close().await?;
    Ok(())
}
