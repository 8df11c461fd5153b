//! Steps 1 to 3: a login, from the authorize URL to its callback.

use std::time::Duration;

use mailgrant_core::{AuthorizationCode, AuthorizeUrl, Callback, CodeReceived, Error, Host, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;
use secrecy::{ExposeSecret, SecretString};

use super::state;
use crate::demo::{
    browser::Browser,
    promise::{Promises, Stopped},
    tell,
    world::{CLIENT_ID, World},
};

pub(super) type Login<S> = Session<GetResponse, AuthorizationCode, S>;

const LOGIN_LIFE: Duration = Duration::from_secs(30 * 60);

pub(super) async fn begin(world: &World, told: &mut Promises) -> Result<AuthorizeUrl, Stopped> {
    let login = world.client.begin(AuthorizationCode::registered());
    let (now, url) = (state(&login), login.authorize_url());
    let (page, query) = url.as_str().split_once('?').unwrap_or_default();
    told.check(page == world.emulator.authorize_url(), "the browser is sent to the authorize page", || page.to_owned());
    let mut names: Vec<_> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    names.sort_unstable();
    told.check(
        names == ["client_id", "response_type", "state"],
        "response_type, client_id and state are sent, nothing else",
        || names.join(", "),
    );
    let says = |pair: &str| query.split('&').any(|sent| sent == pair);
    told.check(
        says("response_type=code") && says(&format!("client_id={CLIENT_ID}")),
        "the app asks for a code in its own name",
        || "it asks for something else".to_owned(),
    );
    let put = world.vault.put_pending(&world.key, &login.into_pending(), &world.binding, LOGIN_LIFE).await;
    told.need(put, "a login that was begun can be put aside")?;
    let files = told.need(world.files(), "the store's files can be read")?;
    told.check(!files.hold(parameter(url.as_str(), "state")), "a login that was put aside is sealed", || {
        "its state lies in clear".to_owned()
    });
    told.kept(format!("{now}: the login is put aside, sealed, until its callback comes."));
    Ok(url)
}

/// The callback's query.
pub(super) async fn consent(
    world: &mut World,
    told: &mut Promises,
    url: &AuthorizeUrl,
) -> Result<SecretString, Stopped> {
    world.callbacks.forget();
    if world.headless {
        let asked_at = world.host.monotonic();
        let redirected = world.browser.redirected_from(url.as_str()).await;
        told.prompt(world.host.monotonic() - asked_at);
        let location = told.need(redirected, "the customer's yes sends the browser back")?;
        told.check(
            location.split('?').next() == Some(&world.callbacks.address()),
            "the browser is sent back to the registered address",
            || "it was sent elsewhere".to_owned(),
        );
        let arrived = world.browser.fetch(&location).await;
        told.need(arrived, "the browser arrives at the callback")?;
    } else {
        told.tell(if Browser::open(url.as_str()) {
            "Your browser shows the provider's page: press Allow there. If it does not, open"
        } else {
            "No browser can be opened from here. Press Allow on the provider's page:"
        });
        tell(url.as_str());
    }
    let callback = world.callbacks.next().await.ok_or("nothing arrived");
    let callback = told.need(callback, "the browser arrives at the callback")?;
    if parameter(open(&callback), "code").is_empty() {
        let seen = match parameter(open(&callback), "error") {
            "access_denied" => "the customer said no",
            _ => "it brought none",
        };
        return Err(told.stop("the browser comes back with a code", seen));
    }
    told.tell("The customer said yes on the provider's page, which sent the browser back with a code.");
    Ok(callback)
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
    let lookup = world.client.lookup(&callback, &world.binding)?;
    let (_, pending) = world.vault.take_pending(&lookup).await?;
    world.client.resume(pending)
}

/// A parameter of a query, as it stands there: none of ours needs decoding.
pub(super) fn parameter<'a>(query: &'a str, name: &str) -> &'a str {
    let pairs = query.split(['?', '&']).filter_map(|pair| pair.split_once('='));
    pairs.filter(|(named, _)| *named == name).map(|(_, value)| value).next().unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "door: a callback, to be read by whoever it was sent to")]
pub(super) fn open(callback: &SecretString) -> &str {
    callback.expose_secret()
}
