//! A login at a provider's page, from its beginning to the stored grant.

use mailgrant_core::{
    AuthorizationCode, AuthorizeUrl, ByConsent, Callback, Error, OfferedBy, Provider, bytes::Bytes, http::Response,
};
use mailgrant_emulator::Consent;
use secrecy::{ExposeSecret, SecretString};

use crate::demo::{
    browser::Browser,
    connection::{Connection, requests},
    promise::{Promises, Stopped},
    tell,
    world::{CUSTOMER, World},
};

pub(super) async fn begin<P: Provider, G: OfferedBy<P> + ByConsent>(
    world: &World,
    told: &mut Promises,
    connection: &Connection<P>,
    grant: G,
) -> Result<AuthorizeUrl, Stopped> {
    let begun = world.manager.begin(&connection.key, &connection.client, grant, &world.binding).await;
    told.need(begun, "a login can be begun")
}

/// The grant of a redirect URI that is named in both requests.
pub(super) fn returning_here(world: &World, told: &mut Promises) -> Result<AuthorizationCode, Stopped> {
    told.need(AuthorizationCode::returning_to(world.callbacks.address()), "the demo's own address can be returned to")
}

/// The customer's yes: the callback's query.
pub(super) async fn consent(
    world: &mut World,
    told: &mut Promises,
    url: &AuthorizeUrl,
) -> Result<SecretString, Stopped> {
    world.callbacks.forget();
    if world.headless {
        follow(world, told, url).await?;
    } else {
        told.tell(if Browser::open(url.as_str()) {
            "Your browser shows the provider's page: press Allow there. If it does not, open"
        } else {
            "No browser can be opened from here. Press Allow on the provider's page:"
        });
        tell(url.as_str());
    }
    let callback = arrived(world, told).await?;
    told.tell("The customer said yes on the provider's page, which sent the browser back with a code.");
    Ok(callback)
}

/// The yes of somebody whom the demo plays itself: the callback's query.
pub(super) async fn consent_of(
    world: &mut World,
    told: &mut Promises,
    url: &AuthorizeUrl,
    account: &str,
) -> Result<SecretString, Stopped> {
    world.callbacks.forget();
    let asked = at_once(world, account);
    let followed = follow(world, told, url).await;
    world.emulator.settings(|settings| (settings.consent, settings.account) = (asked, Some(CUSTOMER.to_owned())));
    followed?;
    let callback = arrived(world, told).await?;
    told.tell(format!("{account} said yes on the provider's page, which sent the browser back with a code."));
    Ok(callback)
}

/// The customer's yes where a token comes of it: the address that the browser is sent to. Its fragment goes nowhere,
/// which is why the demo plays the customer.
pub(super) async fn fragment(
    world: &mut World,
    told: &mut Promises,
    url: &AuthorizeUrl,
) -> Result<SecretString, Stopped> {
    let asked = at_once(world, CUSTOMER);
    let sent = sent_back(world, told, url).await;
    world.emulator.settings(|settings| settings.consent = asked);
    sent
}

/// The account is connected: one request, and the callback is good for no other.
pub(super) async fn complete<P: Provider>(
    world: &World,
    told: &mut Promises,
    connection: &Connection<P>,
    callback: &SecretString,
) -> Result<(), Stopped> {
    let posts = world.posts();
    let parsed = told.need(Callback::parse(open(callback)), "the callback can be read")?;
    let completed = told.promptly(world.manager.complete(parsed, &world.binding)).await;
    let account = told.need(completed, "a consent connects the account")?;
    told.check(*account.key() == connection.key, "a login connects the account that it was begun for", || {
        account.key().to_string()
    });
    told.check(world.posts() == posts + 1, "a login is one request", || requests(world.posts() - posts));
    used_up(world, told, callback).await;
    connection.named(world, told).await?;
    Ok(())
}

/// The callback finishes no second login.
pub(super) async fn used_up(world: &World, told: &mut Promises, callback: &SecretString) {
    let again = completed(world, open(callback)).await.err().map(|error| error.code());
    told.check(again == Some("login_used"), "a callback serves once", || again.unwrap_or("it served twice").to_owned());
}

/// What a service does with a callback.
pub(super) async fn completed(world: &World, callback: &str) -> Result<(), Error> {
    world.manager.complete(Callback::parse(callback)?, &world.binding).await.map(drop)
}

/// A parameter of a query or a fragment, as it stands there.
pub(super) fn parameter<'a>(query: &'a str, name: &str) -> &'a str {
    let pairs = query.split(['?', '#', '&']).filter_map(|pair| pair.split_once('='));
    pairs.filter(|(named, _)| *named == name).map(|(_, value)| value).next().unwrap_or_default()
}

/// An address that stands in a query, as it was before.
pub(super) fn decoded(value: &str) -> String {
    [("%3A", ":"), ("%2F", "/"), ("%3F", "?"), ("%3D", "=")]
        .iter()
        .fold(value.to_owned(), |value, (encoded, plain)| value.replace(encoded, plain))
}

/// The names of a query's parameters, in order of the alphabet.
pub(super) fn names(query: &str) -> Vec<&str> {
    let mut names: Vec<_> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    names.sort_unstable();
    names
}

#[expect(clippy::disallowed_methods, reason = "door: a callback, to be read by whoever it was sent to")]
pub(super) fn open(callback: &SecretString) -> &str {
    callback.expose_secret()
}

/// The provider's page asks nobody and takes this account's yes; what it does otherwise.
fn at_once(world: &World, account: &str) -> Consent {
    world.emulator.settings(|settings| {
        settings.account = Some(account.to_owned());
        std::mem::replace(&mut settings.consent, Consent::Auto)
    })
}

async fn sent_back(world: &World, told: &mut Promises, url: &AuthorizeUrl) -> Result<SecretString, Stopped> {
    let redirected = told.promptly(world.browser.redirected_from(url.as_str())).await;
    let location = told.need(redirected, "the customer's yes sends the browser back")?;
    told.check(
        location.split(['?', '#']).next() == Some(&world.callbacks.address()),
        "the browser is sent back to the registered address",
        || "it was sent elsewhere".to_owned(),
    );
    Ok(location.into())
}

/// The browser goes where the page sends it.
async fn follow(world: &World, told: &mut Promises, url: &AuthorizeUrl) -> Result<Response<Bytes>, Stopped> {
    let location = sent_back(world, told, url).await?;
    told.need(world.browser.fetch(open(&location)).await, "the browser arrives at the callback")
}

async fn arrived(world: &mut World, told: &mut Promises) -> Result<SecretString, Stopped> {
    let callback = world.callbacks.next().await.ok_or("nothing arrived");
    let callback = told.need(callback, "the browser arrives at the callback")?;
    if parameter(open(&callback), "code").is_empty() {
        let seen = match parameter(open(&callback), "error") {
            "access_denied" => "the customer said no",
            _ => "it brought none",
        };
        return Err(told.stop("the browser comes back with a code", seen));
    }
    Ok(callback)
}
