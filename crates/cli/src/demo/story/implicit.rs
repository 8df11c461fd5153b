//! Steps 18 to 19: a token straight from the consent page.

use std::time::Duration;

use mailgrant_core::{Callback, Implicit, RenewalKind, Standing, http::StatusCode};

use super::{
    consenting::{begin, completed, decoded, fragment, names, open, parameter, used_up},
    state,
};
use crate::demo::{
    book::Book,
    connection::requests,
    promise::{Promises, Stopped},
    step::Step,
    world::World,
};

pub(super) async fn play(world: &mut World, book: &mut Book) -> Result<(), Stopped> {
    book.step(world, Step::Fragment, async |world, told| take(world, told).await).await?;
    book.step(world, Step::NoRenewal, async |world, told| end(world, told).await).await
}

async fn take(world: &mut World, told: &mut Promises) -> Result<(), Stopped> {
    let (implicit, before) = (world.accounts.implicit.clone(), world.counters());
    let grant = Implicit::returning_to(world.callbacks.address());
    let grant = told.need(grant, "the demo's own address can be returned to")?;
    let url = begin(world, told, &implicit, grant).await?;
    let (_, query) = url.as_str().split_once('?').unwrap_or_default();
    told.check(
        names(query) == ["client_id", "redirect_uri", "response_type", "state"]
            && parameter(query, "response_type") == "token",
        "a token is asked for, with client_id, redirect_uri and state",
        || names(query).join(", "),
    );
    told.check(
        decoded(parameter(query, "redirect_uri")) == world.callbacks.address(),
        "the redirect URI is the registered one",
        || "it is another".to_owned(),
    );

    let address = fragment(world, told, &url).await?;
    let (asked, part) = open(&address).split_once('#').unwrap_or_default();
    told.check(
        !parameter(part, "access_token").is_empty() && parameter(asked, "access_token").is_empty(),
        "the token comes in the fragment, nowhere else",
        || "it does not".to_owned(),
    );
    let forged = format!("{}#access_token=forged&token_type=bearer&state=forged", world.callbacks.address());
    let refused = completed(world, &forged).await.err().map(|error| error.code());
    told.check(refused == Some("login_unknown"), "a fragment with a state of its own finds no login", || {
        refused.unwrap_or("it was believed").to_owned()
    });
    let parsed = told.need(Callback::parse(open(&address)), "the address can be read")?;
    let done = told.promptly(world.manager.complete(parsed, &world.binding)).await;
    told.need(done, "the fragment connects the account")?;
    used_up(world, told, &address).await;
    let after = world.counters();
    told.check(
        after.token_requests == before.token_requests && after.implicit_grants == before.implicit_grants + 1,
        "the token endpoint is not asked",
        || requests(after.token_requests - before.token_requests),
    );
    let record = implicit.named(world, told).await?;
    told.check(record.renewal() == RenewalKind::Never, "no refresh token comes with it", || {
        format!("{:?}", record.renewal())
    });
    let bearer = implicit.token(world, told).await?;
    implicit.stored(world, told, &bearer, 1).await?;
    implicit.answers(told, &bearer).await?;
    told.kept("The page sent the browser back with a token in the fragment, which reaches no server by itself.");
    told.kept("Handed over, it is accepted once; the token endpoint was never asked. GET /accounts: 200.");
    Ok(())
}

async fn end(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let implicit = &world.accounts.implicit;
    let session = match implicit.client.restore::<Implicit>(implicit.record(world, told).await?) {
        Ok(Standing::Live(session)) => session,
        Ok(standing) => return Err(told.stop("a token within its life is live", format!("{standing:?}"))),
        Err(error) => return Err(told.stop("a stored record can be woken", error.to_string())),
    };
    let before = state(&session);
    world.advance(Duration::from_secs(3601));
    let absent = match session.check() {
        Standing::Absent(session) => state(&session),
        standing => return Err(told.stop("a token without a way on is over", format!("{standing:?}"))),
    };
    let bearer = implicit.token(world, told).await?;
    implicit.rejected(told, &bearer, StatusCode::UNAUTHORIZED).await?;
    implicit.ask_the_customer(world, told, &bearer).await;
    told.kept(format!(
        "{before} -> {absent}: an hour later the API answers 401, and there is nothing to renew it with."
    ));
    Ok(())
}
