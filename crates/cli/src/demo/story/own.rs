//! Steps 14 to 17: the app's own account, asked for as a form, then as JSON.

use std::time::Duration;

use mailgrant_core::{ClientCredentials, RenewalKind, http::StatusCode};
use mailgrant_getresponse::GetResponse;

use crate::demo::{
    book::Book,
    connection::{Connection, requests},
    promise::{Promises, Stopped},
    step::Step,
    world::World,
};

const DAY: Duration = Duration::from_secs(86400);

pub(super) async fn play_form(world: &mut World, book: &mut Book) -> Result<(), Stopped> {
    let form = world.accounts.form.clone();
    book.step(world, Step::FormBody, async |world, told| obtain(world, told, &form, Body::Form).await).await?;
    book.step(world, Step::FormAgain, async |world, told| again(world, told, &form, Body::Form).await).await
}

pub(super) async fn play_json(world: &mut World, book: &mut Book) -> Result<(), Stopped> {
    let json = world.accounts.json.clone();
    book.step(world, Step::JsonBody, async |world, told| obtain(world, told, &json, Body::Json).await).await?;
    book.step(world, Step::JsonAgain, async |world, told| again(world, told, &json, Body::Json).await).await
}

/// How the request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    Form,
    Json,
}

impl Body {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Form => "application/x-www-form-urlencoded",
            Self::Json => "application/json;charset=utf-8",
        }
    }
}

async fn obtain(world: &World, told: &mut Promises, own: &Connection<GetResponse>, body: Body) -> Result<(), Stopped> {
    let before = world.counters();
    let obtained = told.promptly(own.client.begin(ClientCredentials).obtain()).await;
    let session = told.need(obtained, "the app's own credentials are answered with a token")?;
    let after = world.counters();
    told.check(
        (after.token_requests, after.client_credentials) == (before.token_requests + 1, before.client_credentials + 1),
        "the app's own token is one request",
        || requests(after.token_requests - before.token_requests),
    );
    written(world, told, body)?;
    let record = own.keep(world, told, session).await?;
    let life = record.expires_at().remaining(record.obtained_at());
    told.check(life == Some(DAY), "the token's life is a day", || format!("{life:?}"));
    told.check(record.renewal() == RenewalKind::Obtain, "it has no refresh token: it is obtained again", || {
        format!("{:?}", record.renewal())
    });
    let bearer = own.token(world, told).await?;
    own.stored(world, told, &bearer, 1).await?;
    own.answers(told, &bearer).await?;
    told.kept(format!("One POST of {}: a token for a day, no refresh token.", body.content_type()));
    told.kept("GET /accounts: 200. It is the account of the app's owner; no customer was asked.");
    Ok(())
}

async fn again(world: &World, told: &mut Promises, own: &Connection<GetResponse>, body: Body) -> Result<(), Stopped> {
    let (old, before) = (own.record(world, told).await?, world.counters());
    world.advance(DAY + Duration::from_secs(1));
    let bearer = own.token(world, told).await?;
    own.rejected(told, &bearer, StatusCode::UNAUTHORIZED).await?;
    let bearer = own.replaced(world, told, &bearer).await?;
    written(world, told, body)?;
    let after = world.counters();
    told.check(after.client_credentials == before.client_credentials + 1, "it is obtained again", || {
        format!("{} tokens were obtained", after.client_credentials - before.client_credentials)
    });
    told.check(after.refreshes == before.refreshes, "it is never refreshed", || "it was refreshed".to_owned());
    let new = own.record(world, told).await?;
    told.check(!old.same_access_token(&new), "what is obtained again is another token", || "the same one".to_owned());
    own.stored(world, told, &bearer, 2).await?;
    own.answers(told, &bearer).await?;
    told.kept("A day later: 401. Three callers at once, one request, version 2; nothing was refreshed.");
    Ok(())
}

/// How the request arrived: the grant's name is all that its body says, the credentials are in the header.
fn written(world: &World, told: &mut Promises, body: Body) -> Result<(), Stopped> {
    let seen = told.need(world.asked(), "the token endpoint is asked")?;
    told.check(
        seen.method == "POST" && seen.header("content-type") == Some(body.content_type()),
        format!("the request is a POST of {}", body.content_type()),
        || format!("{} of {:?}", seen.method, seen.header("content-type")),
    );
    let fields: Vec<_> = seen.form.iter().map(|(name, value)| format!("{name}={value}")).collect();
    told.check(
        fields == ["grant_type=client_credentials"] && seen.header("authorization") == Some("Basic"),
        "its body says grant_type, its header who asks, nothing else",
        || fields.join(", "),
    );
    Ok(())
}
