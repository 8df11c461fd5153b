-- Moments are microseconds since 1970 by the server's own clock. Texts compare by their bytes, as keys do.
CREATE TABLE {at}accounts (
    tenant              text   COLLATE "C" NOT NULL,
    provider            text   COLLATE "C" NOT NULL,
    account             text   COLLATE "C" NOT NULL,
    version             bigint NOT NULL,
    status              text   COLLATE "C" NOT NULL, -- active, refused, disconnected
    cause               text,                        -- of a refusal
    key_id              text,
    sealed              bytea,                       -- NULL once it was erased
    client_key          text   COLLATE "C" NOT NULL,
    environment         text   COLLATE "C" NOT NULL,
    expires_at          bigint,
    due_at              bigint,                      -- for whoever asks; NULL for never
    upkeep_at           bigint,                      -- although nobody asks; NULL for never
    written_at          bigint NOT NULL,             -- when this version was made
    rest_until          bigint,
    attempt_id          bytea,                       -- the attempt that is open, if one is
    attempt_claimed_at  bigint,
    attempt_lease_until bigint,                      -- NULL once its holder let go
    attempt_replays     bigint,
    attempt_replayed_at bigint,                      -- when the one that it took over was claimed
    renewed_by          bytea,                       -- the attempt that made this version
    ended               bytea,                       -- the last attempt that made none
    PRIMARY KEY (tenant, provider, account)
) WITH (
    fillfactor = 80,                                 -- a claim finds room for its row on the row's own page
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.02
);

-- What is sealed cannot be compressed.
ALTER TABLE {at}accounts ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE INDEX {prefix}accounts_due ON {at}accounts (client_key, environment, upkeep_at)
    WHERE status = 'active' AND upkeep_at IS NOT NULL;

CREATE TABLE {at}logins (
    lookup     bytea  NOT NULL PRIMARY KEY,
    tenant     text   NOT NULL,
    provider   text   NOT NULL,
    account    text   NOT NULL,
    key_id     text,
    sealed     bytea,                                -- NULL once it was given out
    expires_at bigint NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

ALTER TABLE {at}logins ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE INDEX {prefix}logins_expires_at ON {at}logins (expires_at);

CREATE TABLE {at}gates ( -- the closed ones
    gate   text    COLLATE "C" NOT NULL PRIMARY KEY,
    until  bigint  NOT NULL,                         -- when the next probe may pass
    cause  text    NOT NULL,
    probed boolean NOT NULL                          -- one is under way
) WITH (fillfactor = 80);

-- A pruned id is not used again, which no maximum of a table could promise.
CREATE SEQUENCE {at}event_ids AS bigint;

CREATE TABLE {at}events (
    id       bigint NOT NULL PRIMARY KEY,
    at       bigint NOT NULL,
    tenant   text   NOT NULL,
    provider text   NOT NULL,
    account  text   NOT NULL,
    kind     text   NOT NULL,
    version  bigint,
    attempt  bytea,
    cause    text
) WITH ( -- only added to, then pruned from its beginning
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_scale_factor = 0.05
);
