//! `mailgrant connect`: an account, by the grant that is asked for.

mod ask;
mod desk;
mod keep;
mod listen;
mod obtain;
mod offered;
mod paste;
mod remind;
mod values;

use std::time::{Duration, UNIX_EPOCH};

use mailgrant_core::{Binding, Error, Host, SystemHost};
use mailgrant_manager::{Manager, ManagerBuilder};
use mailgrant_storage::Vault;

use self::desk::Desk;
pub(crate) use self::{
    ask::line_secretly,
    keep::session as keep_session,
    offered::check as check_offered,
    values::{Asked, of_adopted, read_secret, resolve},
};
use crate::{
    app::{self, App, GrantName, SharedTransport},
    args::ConnectArgs,
    environment::Environment,
    exit::{Exit, Stop, connect_command, disconnect_command},
    loopback::Listener,
    note::{self, Begun, Note},
    provider::ProviderName,
    redirect::RedirectUri,
    running::{self, Running},
    say,
    whose::Rows,
};

/// What there is to know before a token is handed over by a browser.
const ADVISED_AGAINST: &str = "\
The implicit grant is advised against (RFC 9700, 2.1.2): its token passes through the browser, stays in its history, \
and cannot be renewed. It is stored here, sealed, because `connect` asks for it.";

pub(crate) async fn run(running: &Running, args: &ConnectArgs) -> Result<(), Stop> {
    let (provider, name) = (args.provider, &*args.account);
    let vault = running.vault().await?;
    let note = note::load(&vault, name).await?;
    offered::check("connect", provider, &args.app, note.latest())?;
    let rows = Rows::of(&vault, name).await?;
    rows.expect(&note, provider, name)?;
    if rows.owes(provider) {
        say::words(&format!(
            "The grant that `{name}` had is still to be given back at {}, and a new login takes its place: to give it \
            back, run `{}` first.",
            provider.title(),
            disconnect_command(name)
        ));
    }
    let asked = Asked { provider, args: &args.app, paste: args.paste, aloud: true };
    let app = resolve(&asked, note.latest()).await?;
    match app.grant {
        GrantName::ClientCredentials => obtain::run(running, &vault, name, &app).await,
        _ => consent(running, args, vault, note, app).await,
    }
}

/// By the customer's consent, in a browser.
async fn consent(running: &Running, args: &ConnectArgs, vault: Vault, note: Note, app: App) -> Result<(), Stop> {
    let name = &*args.account;
    let provider = app.provider();
    let key = running::account_key(provider, name)?;
    let redirect = parse_redirect(&app)?;
    let is_implicit = app.grant == GrantName::Implicit;
    // What is no redirect URI is said before anything is listened on.
    app.implicit()?;
    let transport = app::transport()?;
    let client = app.client(&transport)?;
    let listener = if args.paste { None } else { Listener::bind(&redirect, is_implicit).await? };
    let life = Duration::from_secs(u64::from(args.timeout).max(remind::LIFE));
    let builder = client.register(with_clients(&vault, &note, &transport).await?).pending_life(life);
    let manager = running.manage(builder);
    remind::of_earlier(&note, provider, name, now(), listener.as_ref().map(|_| &app));

    let binding = Binding::terminal();
    if is_implicit {
        say::words(ADVISED_AGAINST);
    }
    let url = client.begin(&manager, &key, &app, &binding).await?;
    let id = remember_begun(&vault, name, &app).await?;
    say::line(url.as_str())?;
    if !args.no_browser && say::stdout_is_terminal() {
        open_browser(url.as_str().to_owned()).await;
    }
    let desk = Desk::new(manager, vault, provider, name, id);
    match listener {
        Some(listener) => {
            say::words(&format!(
                "Open that address in a browser; waiting at {} for it to come back.",
                app.redirect_uri
            ));
            within(args.timeout, provider, name, listen::wait(listener, desk)).await
        }
        None => {
            let places = note.waiting().filter_map(|begun| RedirectUri::parse(&begun.app.redirect_uri));
            let pasting = paste::read(desk, places.chain([redirect]).collect());
            // Whoever sits at the terminal can end it, and a time-out would leave the terminal without its echo.
            if say::stdin_is_terminal() { pasting.await } else { within(args.timeout, provider, name, pasting).await }
        }
    }
}

/// Clients of every app whose login may come back while this command runs, the account's own last. A callback without
/// a mark is the login's that this command begins, or nobody's: none of these takes one.
async fn with_clients(vault: &Vault, own: &Note, transport: &SharedTransport) -> Result<ManagerBuilder, Stop> {
    let mut builder = Manager::builder(vault.clone());
    let others = note::all(vault).await?;
    // A note of another account that cannot be read is no reason not to connect this one.
    let others = others.iter().filter_map(|(_, note)| note.as_ref().ok());
    for app in others.flat_map(Note::apps).chain(own.apps()) {
        let mut app = app.clone();
        if let Environment::VerticalResponse(server) = app.environment {
            app.environment = Environment::VerticalResponse(server.marked());
        }
        builder = app.client(transport)?.register(builder);
    }
    Ok(builder)
}

pub(crate) async fn remember_begun(vault: &Vault, name: &str, app: &App) -> Result<u64, Error> {
    let mut id = [0; 8];
    SystemHost.random(&mut id);
    let begun = Begun { id: u64::from_be_bytes(id), at: now(), app: app.clone(), failed: false };
    note::change(vault, name, |note| note.begin(begun.clone())).await?;
    Ok(begun.id)
}

async fn open_browser(url: String) {
    let opened = tokio::task::spawn_blocking(move || open::that_detached(url)).await;
    if !matches!(opened, Ok(Ok(()))) {
        say::words("No browser could be started: open the address by hand.");
    }
}

async fn within<T>(
    seconds: u32,
    provider: ProviderName,
    name: &str,
    waiting: impl Future<Output = Result<T, Stop>>,
) -> Result<T, Stop> {
    tokio::select! {
        biased;
        result = waiting => result,
        () = SystemHost.sleep(Duration::from_secs(seconds.into())) => Err(Stop::new(
            Exit::AskUser,
            format!("nobody came back within {seconds} s: nothing is connected"),
        )
        .next(format!("run `{}` again", connect_command(Some(provider), name)))),
    }
}

fn parse_redirect(app: &App) -> Result<RedirectUri, Stop> {
    RedirectUri::parse(&app.redirect_uri).ok_or_else(|| {
        Stop::new(
            Exit::Configuration,
            "the redirect URL is no absolute URL such as https://app.example/callback: give the one that is registered with the app",
        )
    })
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemHost.now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
