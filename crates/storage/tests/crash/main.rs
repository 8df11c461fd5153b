//! A process that is killed on its way leaves what it was doing done or not done.
//!
//! A child, which is this program again ([`errand`]), says one verb and is killed: at its first step, at its second, and so
//! on until one comes through ([`sweep`]). A step is a system call that changes something outside of the process
//! ([`traced`]); where the kernel lets nobody watch them, the child is killed after delays instead ([`points`]). What must
//! be there afterwards is said by a store in memory to which the same happened ([`model`]).
//!
//! The servers are those of `cargo xtask with-servers`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod errand;
mod model;
mod opening;
mod place;
mod points;
mod sweep;
#[cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod traced;
#[cfg(not(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[path = "untraced.rs"]
mod traced;
mod verb;

/// Each verb of the list at a kind of place, as a test.
macro_rules! killed_at {
    ($place:ident: $($name:ident = $verb:ident),* $(,)?) => {
        use crate::{opening, place::Kind, sweep, verb::Verb};

        $(#[test]
        fn $name() {
            sweep::through(Kind::$place, Verb::$verb);
        })*

        #[test]
        fn in_making_the_tables() {
            opening::through(Kind::$place);
        }
    };
    ($place:ident) => {
        killed_at! { $place:
            in_a_first_put = Put,
            in_a_put_over_another = PutOver,
            in_a_claim = Claim,
            in_settling_a_renewal = Renewed,
            in_settling_a_refusal = Refused,
            in_settling_a_doubt = Uncertain,
            in_settling_what_was_not_sent = Untouched,
            in_a_removal = Remove,
            in_resealing = Reseal,
        }
    };
}

mod killed_on_sqlite {
    killed_at!(Sqlite);
}

mod killed_on_postgres {
    killed_at!(Postgres);
}

/// As behind PgBouncer, where a verb is a transaction of several steps.
mod killed_on_postgres_in_transactions {
    killed_at!(PostgresInTransactions);
}

mod killed_on_redis {
    killed_at!(Redis);
}
