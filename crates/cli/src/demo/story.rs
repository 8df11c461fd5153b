//! The story: its chapters, each with its steps in order.

mod adopted;
mod connecting;
mod consenting;
mod delegated;
mod ending;
mod implicit;
mod max;
mod obtaining;
mod own;
mod together;
mod using;
mod verticalresponse;

use std::any::type_name;

use mailgrant_core::{Grant, Provider, Session, State};

use super::{book::Book, promise::Stopped, step::Step, world::World};

/// Plays all of it, as far as it makes sense: no chapter needs another one, but the last needs all.
pub(super) async fn play(world: &mut World, book: &mut Book) {
    let told = [
        code(world, book).await,
        own::play_form(world, book).await,
        own::play_json(world, book).await,
        implicit::play(world, book).await,
        adopted::play(world, book).await,
        max::play(world, book).await,
        verticalresponse::play(world, book).await,
        delegated::play(world, book).await,
    ];
    if told.iter().all(Result::is_ok) {
        // Where it stopped, if it did, is in the book.
        let _ = book.step(world, Step::OneStore, async |world, told| together::look(world, told).await).await;
    }
}

/// The first chapter: one account, from its login to its end.
async fn code(world: &mut World, book: &mut Book) -> Result<(), Stopped> {
    let url = book.step(world, Step::Begin, async |world, told| connecting::begin(world, told).await).await?;
    let callback =
        book.step(world, Step::Consent, async |world, told| consenting::consent(world, told, &url).await).await?;
    let login =
        book.step(world, Step::Callback, async |world, told| connecting::receive(world, told, &callback).await).await?;
    let record = book
        .step(world, Step::Exchange, async |world, told| obtaining::exchange(world, told, login, &callback).await)
        .await?;
    book.step(world, Step::Save, async |world, told| obtaining::save(world, told, record, &callback).await).await?;

    // A call that fails, or one that should have, leaves the account as it is.
    let _ = book.step(world, Step::Call, async |world, told| using::call(world, told).await).await;
    let _ = book.step(world, Step::Expiry, async |world, told| using::expire(world, told).await).await;
    book.step(world, Step::Refresh, async |world, told| using::refresh(world, told).await).await?;
    book.step(world, Step::Rejection, async |world, told| using::reject(world, told).await).await?;

    book.step(world, Step::Refusal, async |world, told| ending::refuse(world, told).await).await?;
    book.step(world, Step::ConsentAgain, async |world, told| ending::reconnect(world, told).await).await?;
    book.step(world, Step::Disconnect, async |world, told| ending::disconnect(world, told).await).await?;
    book.step(world, Step::Events, async |world, told| ending::recount(world, told).await).await
}

/// The state of a session, by the name of its type.
fn state<P: Provider, G: Grant, S: State>(_: &Session<P, G, S>) -> &'static str {
    let path = type_name::<S>();
    path.rsplit("::").next().unwrap_or(path)
}
