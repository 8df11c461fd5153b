//! Step 33: all of the accounts, in one manager over one store.

use mailgrant_core::{AnyClient, Error, ErrorKind};
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, EventKind, Filter};

use crate::demo::{
    promise::{Promises, Stopped},
    tokens::Tokens,
    world::World,
};

pub(super) async fn look(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let living = told.need(world.manager.list(&Filter::default(), None, 100).await, "the accounts can be listed")?;
    let mut environments: Vec<_> = living.iter().map(|account| account.environment.as_str()).collect();
    environments.sort_unstable();
    environments.dedup();
    told.check(
        living.len() == 6 && environments.len() == 3,
        "six accounts of three environments live in one store",
        || format!("{} of {}", living.len(), environments.len()),
    );
    told.kept("Six accounts of three environments live in one store; two tombstones lie beside them.");

    let before = world.counters();
    let keys: Vec<_> = living.into_iter().map(|account| account.key).collect();
    meet(world, told, &keys).await?;
    stranger(world, told).await;
    let after = world.counters();
    told.check(
        (after.token_requests, after.api_calls) == (before.token_requests, before.api_calls),
        "what is refused makes nobody send anything",
        || "something was sent".to_owned(),
    );
    recount(world, told).await
}

/// Every record before every client.
async fn meet(world: &World, told: &mut Promises, keys: &[AccountKey]) -> Result<(), Stopped> {
    let accounts = &world.accounts;
    let clients: [&dyn AnyClient; 5] = [
        &accounts.main.client,
        &accounts.json.client,
        &accounts.max.client,
        &accounts.classic.client,
        &accounts.delegated.client,
    ];
    let files = told.need(world.files(), "the store's files can be read")?;
    let (mut refused, mut clear) = (0, 0);
    for key in keys {
        let kept = told.need(world.vault.load(key).await, "what is stored can be opened")?;
        let record = told.need(kept.and_then(|kept| kept.record).ok_or("there is none"), "the account has a record")?;
        for client in clients {
            let own = record.identity() == client.identity();
            let taken = client.bearer(&record, record.expires_at(), 1).map(drop);
            refused += usize::from(taken.is_err());
            told.check(
                taken.is_ok() == own && taken.as_ref().err().is_none_or(is_mismatch),
                "a record is taken by its own client, refused by all others",
                || format!("{key}: {taken:?}"),
            );
        }
        let tokens = told.need(Tokens::of(&record), "a record can be read")?;
        clear += tokens.into_secrets().filter(|secret| files.hold_secret(secret)).count();
    }
    clear += accounts.client_secrets.iter().filter(|secret| files.hold_secret(secret)).count();
    told.check(clear == 0, "the files hold no token, no client secret", || format!("{clear} lie there in clear"));
    told.kept(format!(
        "Each record before each of {} clients: taken by its own, {refused} times refused.",
        clients.len()
    ));
    Ok(())
}

fn is_mismatch(error: &Error) -> bool {
    ["provider_mismatch", "environment_mismatch", "client_mismatch"].contains(&error.code())
}

/// Another service's manager over the same store: it knows one app.
async fn stranger(world: &World, told: &mut Promises) {
    let builder = Manager::builder(world.vault.clone()).client(world.accounts.main.client.clone());
    let stranger = builder.host(world.host.clone()).build();
    let heard = stranger.account(&world.accounts.max.key).token().await.err();
    told.check(
        heard.as_ref().is_some_and(|error| error.kind() == ErrorKind::Configuration),
        "a manager without an account's client says so",
        || heard.map_or_else(|| "it had a token".to_owned(), |error| error.to_string()),
    );
    told.kept("A manager that knows retail alone has no token for the account of MAX.");
    stranger.shutdown().await;
}

/// How often each account was connected, renewed.
async fn recount(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let accounts = &world.accounts;
    let events = told.need(world.manager.events(0, 1000).await, "the events can be read")?;
    let count = |key: &AccountKey, kind| events.iter().filter(|event| event.key == *key && event.kind == kind).count();
    for (key, connected, renewed) in [
        (&accounts.main.key, 2, 2),
        (&accounts.form.key, 1, 1),
        (&accounts.json.key, 1, 1),
        (&accounts.implicit.key, 1, 0),
        (&accounts.adopted.key, 2, 0),
        (&accounts.max.key, 1, 0),
        (&accounts.classic.key, 2, 0),
        (&accounts.delegated.key, 1, 1),
    ] {
        let seen = (count(key, EventKind::Connected), count(key, EventKind::Renewed));
        told.check(seen == (connected, renewed), "the events are those of the story", || {
            format!("{key}: connected {} times, renewed {} times", seen.0, seen.1)
        });
    }
    told.kept(format!("{} events tell of it, each with its account.", events.len()));
    Ok(())
}
