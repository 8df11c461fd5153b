//! Where a store is, as `--store` names it.

use std::{convert::Infallible, path::PathBuf};

use mailgrant_core::secrecy::SecretString;

use crate::exit::{Exit, Stop};

const KINDS: &str =
    "a store is `sqlite:PATH`, a file on this machine, or a server: `postgres://…`, `redis://…`, `rediss://…`";

/// Where the store is. What was given is never repeated: it may hold a password.
#[derive(Clone, Debug)]
pub(crate) enum StoreAddress {
    File(PathBuf),
    Server(Server),
    /// It is no address; why.
    Unfit(&'static str),
}

/// A server that a fleet shares.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(super) kind: ServerKind,
    /// As it was given.
    #[cfg_attr(
        not(any(feature = "postgres", feature = "redis")),
        expect(dead_code, reason = "nothing that connects is built in")
    )]
    pub(super) url: SecretString,
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
        let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
        Ok(match scheme {
            "sqlite" => match rest.strip_prefix("//").unwrap_or(rest) {
                "" | ":memory:" => Self::Unfit("a store is `sqlite:PATH`, and PATH a file that outlives this command"),
                path => Self::File(path.into()),
            },
            "postgres" | "postgresql" => Server::read(ServerKind::Postgres, text, rest),
            "redis" | "rediss" => Server::read(ServerKind::Redis, text, rest),
            _ => Self::Unfit(KINDS),
        })
    }

    /// Refuses what no command could open.
    pub(crate) fn expect_fit(&self) -> Result<(), Stop> {
        match self {
            Self::Unfit(why) => Err(unfit(why)),
            Self::File(_) => Ok(()),
            Self::Server(server) => server.expect_built_in(),
        }
    }
}

pub(super) fn unfit(why: &str) -> Stop {
    Stop::new(Exit::Usage, format!("--store: {why}"))
}

impl Server {
    fn read(kind: ServerKind, url: &str, rest: &str) -> StoreAddress {
        let Some(rest) = rest.strip_prefix("//").filter(|rest| !rest.is_empty()) else {
            return StoreAddress::Unfit(KINDS);
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        // Otherwise part of a password would be taken for a host or a database.
        if path.contains('@') {
            return StoreAddress::Unfit(
                "in an address, `/`, `?`, `#` or `@` within a password is written %2F, %3F, %23, %40",
            );
        }
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let host = match host.find(']') {
            Some(end) => &host[..=end],
            None => host.split(':').next().unwrap_or_default(),
        };
        let database = path.split(['?', '#']).next().unwrap_or_default();
        StoreAddress::Server(Self { kind, url: url.into(), name: format!("{}://{host}{database}", kind.scheme()) })
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
            assert!(matches!(read(text), StoreAddress::File(read) if read.to_str() == Some(path)), "{text}");
        }
        for bad in
            ["", "a.db", "/a/b.db", "sqlite:", "sqlite::memory:", "redis:x", "postgres:", "redis://", "mysql://h"]
        {
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
        for ambiguous in ["postgres://u:hu/sh@h/db", "redis://:hu#sh@h/0", "postgres://u:hu?sh@h/db"] {
            let address = read(ambiguous);
            assert!(address.expect_fit().is_err() && !format!("{address:?}").contains("hu"), "{ambiguous}");
        }
    }
}
