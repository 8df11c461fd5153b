//! Reminding of a login that never came back.

use crate::{
    app::{App, GrantName},
    environment::verticalresponse::Server,
    exit::connect_command,
    note::Note,
    provider::ProviderName,
    redirect::RedirectUri,
    say,
};

/// How long a login waits in the store, in seconds.
pub(super) const LIFE: u64 = 30 * 60;

/// Says what became of the login that was begun last, and how to finish it. `listening`: the app that this command
/// will listen for.
pub(super) fn of_earlier(note: &Note, provider: ProviderName, name: &str, now: u64, listening: Option<&App>) {
    let Some(begun) = note.waiting().next_back() else { return };
    let age = now.saturating_sub(begun.at);
    let here = listening.is_some_and(|app| is_heard(&begun.app, app));
    let how = if age >= LIFE {
        "It has ended by now: open the new address.".to_owned()
    } else if begun.app.environment.as_verticalresponse().is_some_and(Server::is_unmarked) {
        "Nothing marks what comes back to it: open the new address.".to_owned()
    } else if here {
        format!(
            "To finish it, reload the page that the browser shows (or run `{} --paste`, and paste its address); or open the new address.",
            connect_command(Some(provider), name)
        )
    } else if listening.is_some() {
        format!(
            "To finish it, run `{} --paste`, and paste the address that the browser shows.",
            connect_command(Some(provider), name)
        )
    } else {
        "To finish it, paste the address that the browser shows; or open the new address, and paste what that leads to."
            .to_owned()
    };
    say::words(&format!("A login of `{name}` was begun {} ago, and never came back. {how}", minutes(age)));
}

/// Whether what comes back to `earlier` is heard where this command listens; a fragment only is if one is expected.
fn is_heard(earlier: &App, listening: &App) -> bool {
    let place = RedirectUri::parse(&listening.redirect_uri);
    let in_fragment = earlier.grant == GrantName::Implicit;
    place.is_some_and(|place| place.is_of(&earlier.redirect_uri)) && (!in_fragment || listening.grant == earlier.grant)
}

fn minutes(seconds: u64) -> String {
    match seconds / 60 {
        0 => "less than a minute".to_owned(),
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}
