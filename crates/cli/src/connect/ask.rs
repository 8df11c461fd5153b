//! Asking whoever sits at the terminal, or reading what a script hands over.

use std::io;

use mailgrant_core::secrecy::SecretString;

use crate::{
    exit::{Exit, Stop},
    say,
};

/// Asks for what may be seen.
pub(super) async fn plainly(what: &str) -> Result<String, Stop> {
    say::words(&format!("{what}:"));
    Ok(reading(read_line).await?.unwrap_or_default())
}

/// Asks for what must not be seen, without echo.
pub(super) async fn secretly(what: &str) -> Result<SecretString, Stop> {
    let prompt = format!("{what} (not shown): ");
    reading(move || rpassword::prompt_password(prompt)).await.map(Into::into)
}

/// Reads one line: without echo from a terminal, else from what stdin is. `None` at its end.
pub(crate) async fn line_secretly(what: &str) -> Result<Option<String>, Stop> {
    if say::stdin_is_terminal() {
        let prompt = format!("{what} (not shown): ");
        return reading(move || rpassword::prompt_password(prompt)).await.map(Some);
    }
    reading(read_line).await
}

fn read_line() -> io::Result<Option<String>> {
    let mut line = String::with_capacity(16 * 1024);
    let read = io::stdin().read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Reads on a thread of its own, which may wait for as long as it likes.
async fn reading<T: Send + 'static>(read: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Stop> {
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(read)) => Ok(read),
        // Ctrl-C, which the terminal does not turn into a signal while nothing is echoed.
        Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {
            Err(Stop::new(Exit::Interrupted, "interrupted"))
        }
        Ok(Err(error)) => Err(Stop::new(Exit::Failure, format!("the terminal cannot be read: {error}"))),
        Err(_) => Err(Stop::new(Exit::Bug, "reading the terminal ended without an answer")),
    }
}
