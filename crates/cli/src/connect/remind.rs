//! Reminding of a login that never came back.

use crate::{exit::connect_command, note::Note, redirect::RedirectUri, say};

/// How long a login waits in the store, in seconds.
pub(super) const LIFE: u64 = 30 * 60;

/// Says what became of the login that was begun last, and how to finish it. `listening`: where this command will.
pub(super) fn of_earlier(note: &Note, name: &str, now: u64, listening: Option<&RedirectUri>) {
    let Some(begun) = note.waiting().next_back() else { return };
    let age = now.saturating_sub(begun.at);
    let here = listening.is_some_and(|redirect| redirect.is_of(&begun.app.redirect_uri));
    let how = if age >= LIFE {
        "It has ended by now: open the new address.".to_owned()
    } else if here {
        format!(
            "To finish it, reload the page that the browser shows (or run `{} --paste`, and paste its address); or open the new address.",
            connect_command(name)
        )
    } else if listening.is_some() {
        format!("To finish it, run `{} --paste`, and paste the address that the browser shows.", connect_command(name))
    } else {
        "To finish it, paste the address that the browser shows; or open the new address, and paste what that leads to."
            .to_owned()
    };
    say::words(&format!("A login of `{name}` was begun {} ago, and never came back. {how}", minutes(age)));
}

fn minutes(seconds: u64) -> String {
    match seconds / 60 {
        0 => "less than a minute".to_owned(),
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}
