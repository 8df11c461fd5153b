//! Steps 22 to 23: an account of MAX, beside those of retail.

use mailgrant_core::{AuthorizationCode, ClientCredentials, ErrorKind};
use mailgrant_emulator::Seen;
use mailgrant_getresponse::GetResponse;

use super::consenting::{begin, complete, consent};
use crate::demo::{
    accounts::PANEL,
    book::Book,
    promise::{Promises, Stopped},
    step::Step,
    world::World,
};

pub(super) async fn play(world: &mut World, book: &mut Book) -> Result<(), Stopped> {
    book.step(world, Step::MaxLogin, async |world, told| log_in(world, told).await).await?;
    book.step(world, Step::MaxApart, async |world, told| meet_retail(world, told).await).await
}

async fn log_in(world: &mut World, told: &mut Promises) -> Result<(), Stopped> {
    let (max, refusals) = (world.accounts.max.clone(), world.counters().header_refusals);
    let url = begin(world, told, &max, AuthorizationCode::registered()).await?;
    let callback = consent(world, told, &url).await?;
    complete(world, told, &max, &callback).await?;
    let asked = told.need(world.asked(), "the token endpoint is asked")?;
    names_the_panel(told, &asked, "the token request names the panel in X-Domain");
    let bearer = max.token(world, told).await?;
    max.stored(world, told, &bearer, 1).await?;
    max.answers(told, &bearer).await?;
    let called = told.need(world.emulator.last_api_request().ok_or("nothing arrived"), "the API is called")?;
    names_the_panel(told, &called, "each call names the panel in X-Domain");
    told.check(world.counters().header_refusals == refusals, "MAX refuses no header", || "it did".to_owned());
    told.kept(format!("X-Domain: {PANEL}, with the token request, with each call."));
    told.kept("GET /accounts: 200.");
    Ok(())
}

fn names_the_panel(told: &mut Promises, seen: &Seen, promise: &str) {
    told.check(seen.header("x-domain") == Some(PANEL), promise, || format!("{:?}", seen.header("x-domain")));
}

async fn meet_retail(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let (max, retail, before) = (&world.accounts.max, &world.accounts.form, world.counters());
    let of_max = max.client.restore::<ClientCredentials>(retail.record(world, told).await?);
    let of_retail = retail.client.restore::<AuthorizationCode>(max.record(world, told).await?);
    let heard = [of_max.err(), of_retail.err()].map(|error| error.map_or("it was taken", |error| error.code()));
    told.check(
        heard == ["environment_mismatch"; 2],
        "a record of retail is refused in MAX, one of MAX in retail",
        || heard.join(", "),
    );
    let after = world.counters();
    told.check(
        (after.token_requests, after.api_calls) == (before.token_requests, before.api_calls),
        "a record of another environment makes nobody send anything",
        || "something was sent".to_owned(),
    );
    told.kept("A record of retail is refused in MAX, one of MAX in retail: nothing was sent.");

    let endpoints = max.client.profile().endpoints.clone();
    let undressed = told.need(max.client.at(GetResponse::at(endpoints)), "an app can be taken to retail")?;
    let refused = told.promptly(undressed.begin(ClientCredentials).obtain()).await.err();
    let said = refused.as_ref().map(|setback| (setback.error().kind(), setback.error().provider_code()));
    told.check(
        said == Some((ErrorKind::Configuration, Some("1021")))
            && world.counters().header_refusals == before.header_refusals + 1,
        "an app of MAX that names no panel is told to check its configuration",
        || said.map_or_else(|| "it got a token".to_owned(), |(kind, code)| format!("{kind:?}, {code:?}")),
    );
    told.kept("The app of MAX without X-Domain: refused with 1021, a matter of configuration.");
    Ok(())
}
