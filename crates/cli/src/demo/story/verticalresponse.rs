//! Steps 24 to 29: VerticalResponse's first generation, from a consent to a second one.

use std::time::Duration;

use mailgrant_core::{
    AuthorizationCode, AuthorizeUrl, Bearer, Expiry, RenewalKind, Standing,
    http::{Method, StatusCode},
};
use secrecy::SecretString;
use serde_json::Value;

use super::{
    consenting::{begin, complete, completed, consent, consent_of, decoded, names, open, parameter, returning_here},
    state,
};
use crate::demo::{
    book::Book,
    connection::requests,
    promise::{Promises, Stopped},
    step::Step,
    world::World,
};

const YEAR: Duration = Duration::from_secs(365 * 86400);

pub(super) async fn play(world: &mut World, book: &mut Book) -> Result<(), Stopped> {
    let (url, callback) = book.step(world, Step::NonceConsent, async |world, told| arrive(world, told).await).await?;
    book.step(world, Step::GetExchange, async |world, told| exchange(world, told, &url, &callback).await).await?;
    // A year is a year whatever comes of it.
    let _ = book.step(world, Step::Endless, async |world, told| wait(world, told).await).await;
    book.step(world, Step::Revoked, async |world, told| lose(world, told).await).await?;
    book.step(world, Step::WrongAccount, async |world, told| mistake(world, told).await).await?;
    book.step(world, Step::Reauthorized, async |world, told| return_to_it(world, told).await).await
}

async fn arrive(world: &mut World, told: &mut Promises) -> Result<(AuthorizeUrl, SecretString), Stopped> {
    let (classic, grant) = (world.accounts.classic.clone(), returning_here(world, told)?);
    let url = begin(world, told, &classic, grant).await?;
    let (page, query) = url.as_str().split_once('?').unwrap_or_default();
    told.check(
        page == world.emulator.verticalresponse().authorize_url && names(query) == ["client_id", "redirect_uri"],
        "client_id and redirect_uri are sent, nothing else",
        || names(query).join(", "),
    );
    let redirect_uri = decoded(parameter(query, "redirect_uri"));
    told.check(
        redirect_uri.split('?').next() == Some(&world.callbacks.address())
            && !parameter(&redirect_uri, "state").is_empty(),
        "the redirect URI carries the login's mark, since no state would come back",
        || "it carries none".to_owned(),
    );
    let callback = consent(world, told, &url).await?;
    let posts = world.posts();
    let refused = completed(world, "code=forged&state=forged").await.err().map(|error| error.code());
    told.check(
        refused == Some("login_unknown") && world.posts() == posts,
        "a callback with a mark of its own finds no login, and nothing is sent",
        || refused.unwrap_or("it was believed").to_owned(),
    );
    told.kept("Nothing but client_id and redirect_uri was sent. The mark of the login came back in the latter.");
    Ok((url, callback))
}

async fn exchange(
    world: &World,
    told: &mut Promises,
    url: &AuthorizeUrl,
    callback: &SecretString,
) -> Result<(), Stopped> {
    let classic = &world.accounts.classic;
    complete(world, told, classic, callback).await?;
    let asked = told.need(world.asked(), "the token endpoint is asked")?;
    let (_, query) = asked.path_and_query.split_once('?').unwrap_or_default();
    told.check(
        asked.method == "GET" && names(query) == ["client_id", "client_secret", "code", "redirect_uri"],
        "the code is exchanged by GET: the app, its secret, the code, the redirect URI",
        || format!("{} with {}", asked.method, names(query).join(", ")),
    );
    told.check(
        asked.parameter("redirect_uri") == Some(decoded(parameter(url.as_str(), "redirect_uri"))),
        "both requests name the same redirect URI",
        || "they differ".to_owned(),
    );
    let record = classic.record(world, told).await?;
    let row = classic.row(world, told).await?;
    told.check(
        record.expires_at() == Expiry::Never && row.expires_in.is_none() && row.due_in.is_none(),
        "the token has no end, and no renewal is due",
        || format!("{:?}", record.expires_at()),
    );
    told.check(record.renewal() == RenewalKind::Never, "no refresh token comes with it", || {
        format!("{:?}", record.renewal())
    });
    let bearer = classic.token(world, told).await?;
    classic.stored(world, told, &bearer, 1).await?;
    let user = record.account_id().unwrap_or_default();
    told.check(is_user(world, &bearer, user).await, "the user id is kept, and is whose the token is", || {
        "it is not".to_owned()
    });
    classic.answers(told, &bearer).await?;
    told.kept("One GET, with the same redirect URI. The token has no end, no refresh token came with it.");
    told.kept("The user id is stored: GET /users/ID answers 200. So does GET /contacts.");
    Ok(())
}

async fn wait(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let (classic, posts) = (&world.accounts.classic, world.posts());
    world.advance(YEAR);
    let bearer = classic.token(world, told).await?;
    classic.answers(told, &bearer).await?;
    classic.stored(world, told, &bearer, 1).await?;
    told.check(world.posts() == posts, "a token without an end is never renewed", || requests(world.posts() - posts));
    told.kept("A year later: 200, still version 1.");
    Ok(())
}

async fn lose(world: &World, told: &mut Promises) -> Result<(), Stopped> {
    let classic = &world.accounts.classic;
    let bearer = classic.token(world, told).await?;
    world.emulator.revoke_by_user();
    classic.rejected(told, &bearer, StatusCode::FORBIDDEN).await?;
    classic.ask_the_customer(world, told, &bearer).await;
    told.kept("The customer removed the app in the provider's panel: 403. The manager says: ask the customer.");
    let session = match classic.client.restore::<AuthorizationCode>(classic.record(world, told).await?) {
        Ok(Standing::Live(session)) => session,
        Ok(standing) => return Err(told.stop("a token without an end is live", format!("{standing:?}"))),
        Err(error) => return Err(told.stop("a stored record can be woken", error.to_string())),
    };
    let before = state(&session);
    match session.expire() {
        Standing::Absent(session) => {
            told.kept(format!("{before} -> {}: there is no way on without them.", state(&session)))
        }
        standing => told.check(false, "a token without a way on is over", || format!("{standing:?}")),
    }
    Ok(())
}

async fn mistake(world: &mut World, told: &mut Promises) -> Result<(), Stopped> {
    let (classic, grant) = (world.accounts.classic.clone(), returning_here(world, told)?);
    let (before, posts) = (classic.row(world, told).await?, world.posts());
    let url = begin(world, told, &classic, grant).await?;
    let callback = consent_of(world, told, &url, "somebody-else@example.com").await?;
    let refused = told.promptly(completed(world, open(&callback))).await.err().map(|error| error.code());
    told.check(refused == Some("account_mismatch"), "a consent with another account is refused", || {
        refused.unwrap_or("it was taken").to_owned()
    });
    told.check(world.posts() == posts + 1, "whose consent it is shows after one request", || {
        requests(world.posts() - posts)
    });
    let after = classic.row(world, told).await?;
    told.check(
        after.version == before.version && after.sealed == before.sealed && after.status == before.status,
        "a consent with another account stores nothing",
        || format!("{:?} at version {}", after.status, after.version.get()),
    );
    told.kept("It is not the account that is connected: refused, and the row is as it was, byte for byte.");
    Ok(())
}

async fn return_to_it(world: &mut World, told: &mut Promises) -> Result<(), Stopped> {
    let (classic, grant) = (world.accounts.classic.clone(), returning_here(world, told)?);
    let old = classic.record(world, told).await?;
    let url = begin(world, told, &classic, grant).await?;
    let callback = consent(world, told, &url).await?;
    complete(world, told, &classic, &callback).await?;
    let new = classic.record(world, told).await?;
    told.check(
        old.account_id() == new.account_id() && !old.same_access_token(&new),
        "the same account, another token",
        || "it is not".to_owned(),
    );
    let bearer = classic.token(world, told).await?;
    classic.stored(world, told, &bearer, 2).await?;
    classic.answers(told, &bearer).await?;
    told.kept("Unauthorized -> CodeReceived -> Authorized: version 2 under the same key. GET /contacts: 200.");
    Ok(())
}

/// `GET` of the user, which the API answers for the token's own alone.
async fn is_user(world: &World, bearer: &Bearer, user: &str) -> bool {
    let Ok(request) = bearer.request(Method::GET, &format!("/users/{user}")) else { return false };
    let Ok(answer) = world.accounts.classic.client.send(request).await else { return false };
    let shown: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let named = shown["attributes"]["id"].as_u64();
    answer.status() == StatusCode::OK && named.is_some() && named == user.parse().ok()
}
