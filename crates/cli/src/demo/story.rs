//! The story: its steps in order.

mod connecting;
mod ending;
mod obtaining;
mod using;

use std::any::type_name;

use mailgrant_core::{Grant, Provider, Session, State};

use super::{book::Book, promise::Stopped, step::Step, world::World};

/// Plays all of it, as far as it makes sense.
pub(super) async fn play(world: &mut World, book: &mut Book) -> Result<(), Stopped> {
    let url = book.chapter(Step::Begin, async |told| connecting::begin(world, told).await).await?;
    let callback = book.chapter(Step::Consent, async |told| connecting::consent(world, told, &url).await).await?;
    let login = book.chapter(Step::Callback, async |told| connecting::receive(world, told, &callback).await).await?;
    let record =
        book.chapter(Step::Exchange, async |told| obtaining::exchange(world, told, login, &callback).await).await?;
    book.chapter(Step::Save, async |told| obtaining::save(world, told, record, &callback).await).await?;

    // A call that fails, or one that should have, leaves the account as it is.
    let _ = book.chapter(Step::Call, async |told| using::call(world, told).await).await;
    let _ = book.chapter(Step::Expiry, async |told| using::expire(world, told).await).await;
    book.chapter(Step::Refresh, async |told| using::refresh(world, told).await).await?;
    book.chapter(Step::Rejection, async |told| using::reject(world, told).await).await?;

    book.chapter(Step::Refusal, async |told| ending::refuse(world, told).await).await?;
    book.chapter(Step::ConsentAgain, async |told| ending::reconnect(world, told).await).await?;
    book.chapter(Step::Disconnect, async |told| ending::disconnect(world, told).await).await?;
    book.chapter(Step::Events, async |told| ending::recount(world, told).await).await
}

/// The state of a session, by the name of its type.
fn state<P: Provider, G: Grant, S: State>(_: &Session<P, G, S>) -> &'static str {
    let path = type_name::<S>();
    path.rsplit("::").next().unwrap_or(path)
}

/// How often the token endpoint was asked, in words.
fn requests(posts: u64) -> String {
    format!("{posts} requests to the token endpoint")
}
