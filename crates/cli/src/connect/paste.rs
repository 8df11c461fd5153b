//! Pasting: the address that the browser came back to, where nobody listens.

use super::{
    ask,
    desk::{Desk, Received},
    listen::say_connected,
};
use crate::{
    exit::{Exit, Stop},
    redirect::RedirectUri,
    say,
};

/// Reads the address, which must be at one of `places`, and finishes the login that it is of. A person may try
/// again; a script has one line.
pub(super) async fn read(desk: Desk, places: Vec<RedirectUri>) -> Result<(), Stop> {
    say::words("Open that address in a browser. Once it has come back, paste the whole address that it shows then.");
    loop {
        let Some(address) = ask::line_secretly("Address").await? else {
            return Err(Stop::new(Exit::Usage, "no address was pasted: nothing is connected"));
        };
        match receive(&desk, &places, address.trim()).await {
            Ok(()) => {
                say_connected(desk.provider(), desk.name());
                return Ok(());
            }
            Err(End::TryAgain(stop)) if say::stdin_is_terminal() => drop(stop.say()),
            Err(End::TryAgain(stop) | End::Final(stop)) => return Err(stop),
        }
    }
}

/// Whether another address may still help.
enum End {
    TryAgain(Stop),
    Final(Stop),
}

async fn receive(desk: &Desk, places: &[RedirectUri], address: &str) -> Result<(), End> {
    if !places.iter().any(|place| place.is_of(address)) {
        return Err(End::TryAgain(Stop::new(
            Exit::Usage,
            "that address is not at the redirect URL: nothing was sent; paste the whole address that the browser came back to",
        )));
    }
    match desk.receive(address).await {
        Received::Connected => Ok(()),
        Received::OtherConnected(name) => Err(End::TryAgain(Stop::new(
            Exit::AskUser,
            format!("that login was begun earlier, and of `{name}`, which is connected now; `{}` is not", desk.name()),
        ))),
        Received::Unfounded(error) => Err(End::TryAgain(desk.stop(error))),
        Received::Failed(error) => Err(End::Final(desk.stop(error))),
    }
}
