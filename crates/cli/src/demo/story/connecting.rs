//! Steps 1 to 3: a login, from the authorize URL to its callback.

use std::time::Duration;

use mailgrant_core::{AuthorizationCode, AuthorizeUrl, Callback, CodeReceived, Error, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;
use secrecy::SecretString;

use super::{
    consenting::{names, open, parameter},
    state,
};
use crate::demo::{
    accounts::CLIENT_ID,
    promise::{Promises, Stopped},
    world::World,
};

pub(super) type Login<S> = Session<GetResponse, AuthorizationCode, S>;

const LOGIN_LIFE: Duration = Duration::from_secs(30 * 60);

pub(super) async fn begin(world: &World, told: &mut Promises) -> Result<AuthorizeUrl, Stopped> {
    let login = world.accounts.main.client.begin(AuthorizationCode::registered());
    let (now, url) = (state(&login), login.authorize_url());
    let (page, query) = url.as_str().split_once('?').unwrap_or_default();
    told.check(page == world.emulator.authorize_url(), "the browser is sent to the authorize page", || page.to_owned());
    told.check(
        names(query) == ["client_id", "response_type", "state"],
        "response_type, client_id and state are sent, nothing else",
        || names(query).join(", "),
    );
    let says = |pair: &str| query.split('&').any(|sent| sent == pair);
    told.check(
        says("response_type=code") && says(&format!("client_id={CLIENT_ID}")),
        "the app asks for a code in its own name",
        || "it asks for something else".to_owned(),
    );
    let put =
        world.vault.put_pending(&world.accounts.main.key, &login.into_pending(), &world.binding, LOGIN_LIFE).await;
    told.need(put, "a login that was begun can be put aside")?;
    let files = told.need(world.files(), "the store's files can be read")?;
    told.check(!files.hold(parameter(url.as_str(), "state")), "a login that was put aside is sealed", || {
        "its state lies in clear".to_owned()
    });
    told.kept(format!("{now}: the login is put aside, sealed, until its callback comes."));
    Ok(url)
}

pub(super) async fn receive(
    world: &mut World,
    told: &mut Promises,
    callback: &SecretString,
) -> Result<Login<CodeReceived>, Stopped> {
    let posts = world.posts();
    world.callbacks.forget();
    let forged = format!("{}?code=forged&state=forged", world.callbacks.address());
    told.need(world.browser.fetch(&forged).await, "anybody can send a callback")?;
    let forged = told.need(world.callbacks.next().await.ok_or("nothing arrived"), "anybody can send a callback")?;
    let refused = login_of(world, &forged).await.err().map(|error| error.code());
    told.check(refused == Some("login_unknown"), "a callback with a state of its own finds no login", || {
        refused.unwrap_or("it was believed").to_owned()
    });
    told.check(world.posts() == posts, "a forged callback makes nobody send anything", || {
        "a request was sent".to_owned()
    });
    told.kept("A forged callback, with a state that nobody drew: refused, and nothing was sent.");

    let login = told.need(login_of(world, callback).await, "the state comes back as it was sent")?;
    let before = state(&login);
    let parsed = told.need(Callback::parse(open(callback)), "the callback can be read")?;
    let login = told.need(login.receive(parsed), "the state comes back as it was sent")?;
    let again = login_of(world, callback).await.err().map(|error| error.code());
    told.check(again == Some("login_used"), "a callback serves once", || {
        again.unwrap_or("it served a second time").to_owned()
    });
    told.kept(format!("{before} -> {}: the state is the one that was sent.", state(&login)));
    Ok(login)
}

/// What a service does with a callback: finds the login that it claims to finish.
async fn login_of(world: &World, callback: &SecretString) -> Result<Login<Unauthorized>, Error> {
    let callback = Callback::parse(open(callback))?;
    let lookup = world.accounts.main.client.lookup(&callback, &world.binding)?;
    let (_, pending) = world.vault.take_pending(&lookup).await?;
    world.accounts.main.client.resume(pending)
}
