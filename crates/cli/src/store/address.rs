//! Where a store is, as `--store` names it.

use std::{convert::Infallible, path::PathBuf};

use mailgrant_core::secrecy::SecretString;

use super::naming::{Naming, PARAMETERS};
use crate::exit::{Exit, Stop};

const KINDS: &str =
    "a store is `sqlite:PATH`, a file on this machine, or a server: `postgres://…`, `redis://…`, `rediss://…`";

/// Where the store is. What was given is never repeated: it may hold a password.
#[derive(Clone, Debug)]
pub(crate) enum StoreAddress {
    File(PathBuf, Naming),
    Server(Server),
    /// It is no address; why.
    Unfit(String),
}

/// A server that a fleet shares.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(super) kind: ServerKind,
    /// As it was given, without what is ours in it.
    #[cfg_attr(
        not(any(feature = "postgres", feature = "redis")),
        expect(dead_code, reason = "nothing that connects is built in")
    )]
    pub(super) url: SecretString,
    pub(super) naming: Naming,
    /// Host with database, for people.
    pub(super) name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerKind {
    Postgres,
    Redis,
}

impl StoreAddress {
    /// Never fails: what clap says of a value that it refuses repeats the value.
    #[expect(clippy::unnecessary_wraps, reason = "clap wants a parser to be able to fail")]
    pub(crate) fn read(text: &str) -> Result<Self, Infallible> {
        if is_ambiguous(text) {
            let message = "in an address, `/`, `?`, `#` or `@` within a password is written %2F, %3F, %23, %40";
            return Ok(Self::Unfit(message.to_owned()));
        }
        let Some((text, naming)) = Naming::take(text) else { return Ok(unreadable()) };
        let (scheme, rest) = text.split_once(':').unwrap_or(("", &text));
        let of_a_prefix_alone = naming.is_of_a_prefix_alone();
        Ok(match scheme {
            "sqlite" if of_a_prefix_alone => match rest.strip_prefix("//").unwrap_or(rest) {
                "" | ":memory:" => {
                    Self::Unfit("a store is `sqlite:PATH`, and PATH a file that outlives this command".to_owned())
                }
                path => Self::File(path.into(), naming),
            },
            "postgres" | "postgresql" => Server::read(ServerKind::Postgres, &text, rest, naming),
            "redis" | "rediss" if of_a_prefix_alone => Server::read(ServerKind::Redis, &text, rest, naming),
            "sqlite" | "redis" | "rediss" => unreadable(),
            _ => Self::Unfit(KINDS.to_owned()),
        })
    }

    /// Whether its query names things of a store: a schema, a prefix, PgBouncer.
    pub(crate) fn has_own_names(&self) -> bool {
        match self {
            Self::File(_, naming) | Self::Server(Server { naming, .. }) => *naming != Naming::default(),
            Self::Unfit(_) => false,
        }
    }

    /// Refuses what no command could open.
    pub(crate) fn expect_fit(&self) -> Result<(), Stop> {
        match self {
            Self::Unfit(why) => Err(unfit(why)),
            Self::File(..) => Ok(()),
            Self::Server(server) => server.expect_built_in(),
        }
    }
}

pub(super) fn unfit(why: &str) -> Stop {
    Stop::new(Exit::Usage, format!("--store: {why}"))
}

/// Whether part of a password would be taken for a host, a database or a parameter.
fn is_ambiguous(text: &str) -> bool {
    let server = text.split_once("://").filter(|(scheme, _)| *scheme != "sqlite");
    server.and_then(|(_, rest)| rest.split_once(['/', '?', '#'])).is_some_and(|(_, path)| path.contains('@'))
}

fn unreadable() -> StoreAddress {
    StoreAddress::Unfit(format!(
        "in the query of a PostgreSQL address, {PARAMETERS} say where the store lies; the others know `prefix`"
    ))
}

impl Server {
    fn read(kind: ServerKind, url: &str, rest: &str, naming: Naming) -> StoreAddress {
        let Some(rest) = rest.strip_prefix("//").filter(|rest| !rest.is_empty()) else {
            return StoreAddress::Unfit(KINDS.to_owned());
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let host = match host.find(']') {
            Some(end) => &host[..=end],
            None => host.split(':').next().unwrap_or_default(),
        };
        let database = path.split(['?', '#']).next().unwrap_or_default();
        StoreAddress::Server(Self {
            kind,
            url: url.into(),
            naming,
            name: format!("{}://{host}{database}", kind.scheme()),
        })
    }
}

#[cfg(feature = "postgres")]
impl Server {
    /// As it was given, if it is PostgreSQL's.
    pub(crate) fn postgres_url(&self) -> Option<&SecretString> {
        (self.kind == ServerKind::Postgres).then_some(&self.url)
    }
}

impl ServerKind {
    const fn scheme(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Redis => "redis",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> StoreAddress {
        let Ok(address) = StoreAddress::read(text);
        address
    }

    #[test]
    fn a_store_is_a_sqlite_file() {
        for (text, path) in [("sqlite:a.db", "a.db"), ("sqlite:///a/b.db", "/a/b.db"), ("sqlite:/a b", "/a b")] {
            assert!(matches!(read(text), StoreAddress::File(read, _) if read.to_str() == Some(path)), "{text}");
        }
        for bad in [
            "",
            "a.db",
            "/a/b.db",
            "sqlite:",
            "sqlite::memory:",
            "redis:x",
            "postgres:",
            "redis://",
            "mysql://h",
            "redis://h?schema=a",
            "sqlite:a.db?pgbouncer=true",
        ] {
            assert!(read(bad).expect_fit().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_store_is_a_server_whose_password_is_not_told() {
        for (text, name) in [
            ("postgres://h/db", "postgres://h/db"),
            ("postgresql://u:hush@h.example:5432/db?sslmode=require", "postgres://h.example/db"),
            ("postgres://h/db?user=u&password=hush", "postgres://h/db"),
            ("postgres://u:hu@sh@[::1]:5432/db", "postgres://[::1]/db"),
            ("postgres:///db?host=/run", "postgres:///db"),
            ("postgres://u:hush", "postgres://u"),
            ("redis://:hush@h:6379/3", "redis://h/3"),
            ("rediss://u:hush@h", "redis://h"),
        ] {
            let address = read(text);
            assert!(!format!("{address:?}").contains("hush"), "{text}");
            let StoreAddress::Server(server) = address else { panic!("{text} is a server") };
            assert_eq!(server.name, name);
        }
        for ambiguous in
            ["postgres://u:hu/sh@h/db", "redis://:hu#sh@h/0", "redis://:hu?prefix=sh@h/0", "postgres://u:hu?sh@h/db"]
        {
            let address = read(ambiguous);
            assert!(address.expect_fit().is_err() && !format!("{address:?}").contains("hu"), "{ambiguous}");
        }
    }
}
