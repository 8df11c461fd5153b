//! Steps 20 to 21: a token that was made elsewhere.

use std::time::Duration;

use mailgrant_core::{ClientCredentials, RenewalKind, http::StatusCode};
use secrecy::SecretString;

use crate::demo::{
    book::Book,
    connection::requests,
    promise::{Promises, Stopped},
    step::Step,
    tokens::Tokens,
    world::World,
};

const DAY: Duration = Duration::from_secs(86400);

pub(super) async fn play(world: &mut World, book: &mut Book) -> Result<(), Stopped> {
    book.step(world, Step::Adopt, async |world, told| adopt(world, told, 1).await).await?;
    book.step(world, Step::AdoptAgain, async |world, told| again(world, told).await).await
}

async fn again(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let adopted = &world.accounts.adopted;
    world.advance(DAY + Duration::from_secs(1));
    let bearer = adopted.token(world, told).await?;
    adopted.rejected(told, &bearer, StatusCode::UNAUTHORIZED).await?;
    adopted.ask_the_customer(world, told, &bearer).await;
    told.kept("A day later: 401. Where it came from nobody here knows, so it cannot be renewed.");
    let old = adopted.record(world, told).await?;
    adopt(world, told, 2).await?;
    let new = adopted.record(world, told).await?;
    told.check(!old.same_access_token(&new), "the other token is another", || "it is the same".to_owned());
    Ok(())
}

async fn adopt(world: &World, told: &mut Promises, version: u64) -> Result<(), Stopped> {
    let (adopted, token) = (&world.accounts.adopted, made_elsewhere(world, told).await?);
    let posts = world.posts();
    let session = told.need(adopted.client.adopt(token, Some(DAY)), "a token made elsewhere can be adopted")?;
    let record = adopted.keep(world, told, session).await?;
    told.check(record.renewal() == RenewalKind::Never, "nobody refreshes an adopted token", || {
        format!("{:?}", record.renewal())
    });
    told.check(world.posts() == posts, "adopting a token asks no token endpoint", || requests(world.posts() - posts));
    let bearer = adopted.token(world, told).await?;
    adopted.stored(world, told, &bearer, version).await?;
    adopted.answers(told, &bearer).await?;
    told.kept(format!("A token of somebody else's making: adopted as version {version}. GET /accounts: 200."));
    Ok(())
}

/// What the panel's "generate credentials" hands out: a token that this story did not ask for.
async fn made_elsewhere(world: &World, told: &mut Promises) -> Result<SecretString, Stopped> {
    let made = told.promptly(world.accounts.adopted.client.begin(ClientCredentials).obtain()).await;
    let record = told.need(made, "a token can be made elsewhere")?.into_record();
    told.need(Tokens::of(&record), "a record can be read").map(Tokens::into_access_token)
}
