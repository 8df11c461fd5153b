-- Moments are milliseconds since 1970 by SQLite's own clock.
CREATE TABLE {prefix}accounts (
    tenant              TEXT    NOT NULL,
    provider            TEXT    NOT NULL,
    account             TEXT    NOT NULL,
    version             INTEGER NOT NULL,
    status              TEXT    NOT NULL, -- active, refused, disconnected
    cause               TEXT,             -- of a refusal
    key_id              TEXT,
    sealed              BLOB,             -- NULL once it was erased
    client_key          TEXT    NOT NULL,
    environment         TEXT    NOT NULL,
    expires_at          INTEGER,
    due_at              INTEGER,          -- for whoever asks; NULL for never
    upkeep_at           INTEGER,          -- although nobody asks; NULL for never
    written_at          INTEGER NOT NULL, -- when this version was made
    rest_until          INTEGER,
    attempt_id          BLOB,             -- the attempt that is open, if one is
    attempt_claimed_at  INTEGER,
    attempt_lease_until INTEGER,          -- NULL once its holder let go
    attempt_replays     INTEGER,
    attempt_replayed_at INTEGER,          -- when the one that it took over was claimed
    renewed_by          BLOB,             -- the attempt that made this version
    ended               BLOB,             -- the last attempt that made none
    PRIMARY KEY (tenant, provider, account)
) STRICT;

CREATE INDEX {prefix}accounts_due ON {prefix}accounts (client_key, environment, upkeep_at)
    WHERE status = 'active' AND upkeep_at IS NOT NULL;

CREATE TABLE {prefix}logins (
    lookup     BLOB    NOT NULL PRIMARY KEY,
    tenant     TEXT    NOT NULL,
    provider   TEXT    NOT NULL,
    account    TEXT    NOT NULL,
    key_id     TEXT,
    sealed     BLOB,                      -- NULL once it was given out
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX {prefix}logins_expires_at ON {prefix}logins (expires_at);

CREATE TABLE {prefix}gates ( -- the closed ones
    gate   TEXT    NOT NULL PRIMARY KEY,
    until  INTEGER NOT NULL,              -- when the next probe may pass
    cause  TEXT    NOT NULL,
    probed INTEGER NOT NULL               -- 1 while one is under way
) STRICT;

CREATE TABLE {prefix}events (
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- an id is never used twice
    at       INTEGER NOT NULL,
    tenant   TEXT    NOT NULL,
    provider TEXT    NOT NULL,
    account  TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    version  INTEGER,
    attempt  BLOB,
    cause    TEXT
) STRICT;
