//! `mailgrant emulate`: the providers on loopback, until they are stopped.

mod knobs;
mod misfortune;
mod places;

use mailgrant_emulator::{App, Consent, Emulator, Settings};

pub(crate) use self::{knobs::with_knobs, misfortune::Misfortune};
use crate::{
    args::{ConsentName, EmulateArgs},
    connect,
    exit::{Exit, Stop},
    say,
};

pub(crate) async fn run(args: &EmulateArgs) -> Result<(), Stop> {
    let mut emulator = Emulator::builder().port(args.port).settings(settings(args)?);
    if let Some(app) = app(args)? {
        emulator = emulator.app(app);
    }
    let emulator = emulator.start().await.map_err(|error| {
        Stop::new(Exit::Configuration, format!("nobody can listen on port {} ({error}): choose another", args.port))
    })?;
    for misfortune in &args.fault {
        emulator.fault(misfortune.fault, misfortune.target, misfortune.times);
    }
    let stopped = stop().map_err(|error| Stop::new(Exit::Failure, format!("signals cannot be heard: {error}")))?;
    say::line(&format!("READY {}", emulator.url()))?;
    say_endpoints(&emulator, args);
    stopped.await;
    emulator.shutdown().await;
    Ok(())
}

fn settings(args: &EmulateArgs) -> Result<Settings, Stop> {
    let mut settings = Settings::default();
    settings.any_client = args.client_id.is_none();
    settings.consent = match args.consent {
        Some(ConsentName::Ask) => Consent::Ask,
        Some(ConsentName::Auto) => Consent::Auto,
        Some(ConsentName::Deny) => Consent::Deny,
        // A person started it, or a program did.
        None if say::stdout_is_terminal() && !args.auto => Consent::Ask,
        None => Consent::Auto,
    };
    for pair in &args.set {
        let (name, value) =
            pair.split_once('=').ok_or_else(|| Stop::new(Exit::Usage, format!("`--set {pair}` is no NAME=VALUE")))?;
        settings.set(name, value).map_err(|error| Stop::new(Exit::Usage, format!("`--set {pair}`: {error}")))?;
    }
    Ok(settings)
}

fn app(args: &EmulateArgs) -> Result<Option<App>, Stop> {
    let (Some(id), Some(path)) = (&args.client_id, &args.client_secret_file) else { return Ok(None) };
    let mut app = App::new(id, connect::read_secret(path)?);
    if let Some(domain) = &args.max {
        if !App::is_panel_domain(domain) {
            let sentence = format!("`--max {domain}` is no panel domain, such as custom-domain.getresponse360.com");
            return Err(Stop::new(Exit::Usage, sentence));
        }
        app = app.max(domain);
    }
    Ok(Some(match &args.redirect_uri {
        Some(uri) => app.redirect_uri(uri),
        None => app,
    }))
}

fn say_endpoints(emulator: &Emulator, args: &EmulateArgs) {
    let url = emulator.url();
    say::words(&format!(
        "{}\n\
         control    {url}/_emulator/ with GET counters, GET or POST settings, POST advance, fault, clear-faults,\n\
         \x20          revoke-access-tokens, revoke-grants, revoke-user, apps\n\
         It forgets everything when it stops: Ctrl-C.",
        places::all(emulator, args)
    ));
}

/// What stops it, from the moment that this is called: a program may be quick to tell it.
#[cfg(unix)]
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { drop(interrupt.recv().await) })
}
