//! Listening for the browser, with a page for whoever comes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hyper::StatusCode;
use mailgrant_core::{Error, Host, SystemHost};

use super::desk::{Desk, Received};
use crate::{
    exit::{Stop, quoted},
    loopback::{Listener, Page, Reply},
    provider::ProviderName,
    say,
};

/// How often the same mistake is spoken of.
const QUIET: Duration = Duration::from_secs(10);

type End = Result<(), Stop>;

/// Waits until a login of the account has come back. Callbacks that no login waits for end nothing.
pub(super) async fn wait(listener: Listener, desk: Desk) -> End {
    let (provider, name) = (desk.provider(), desk.name().to_owned());
    let said = Arc::new(Said::default());
    let end = listener
        .wait(move |callback| {
            let (desk, said) = (desk.clone(), said.clone());
            Box::pin(async move { reply(&desk, &said, &callback).await })
        })
        .await;
    if end.is_ok() {
        say_connected(provider, &name);
    }
    end
}

pub(super) fn say_connected(provider: ProviderName, name: &str) {
    let path = provider.path_to_try();
    say::words(&format!("`{name}` is connected. Try `mailgrant call {} GET {path}`.", quoted(name)));
}

async fn reply(desk: &Desk, said: &Said, callback: &str) -> Reply<End> {
    match desk.receive(callback).await {
        Received::Connected => {
            (Page::new(StatusCode::OK, "Connected", "The account is connected. This page can be closed."), Some(Ok(())))
        }
        Received::OtherConnected(name) => {
            say::words(&format!("A login begun earlier came back: `{name}` is connected. Still waiting for this one."));
            let text =
                format!("The account {name} is connected, by a login that was begun earlier. This page can be closed.");
            (Page::new(StatusCode::OK, "Connected", text), None)
        }
        Received::Unfounded(error) => {
            if said.is_new(&error) {
                say::words(&format!("A callback came that no login waits for: {error}. Still waiting."));
            }
            let text = format!("{error}. The terminal still waits for the login that it began.");
            (Page::new(StatusCode::BAD_REQUEST, "Not this one", text), None)
        }
        Received::Failed(error) => {
            let text = format!("{error}. The terminal says what to do next.");
            (Page::new(StatusCode::BAD_REQUEST, "Not connected", text), Some(Err(desk.stop(error))))
        }
    }
}

/// What was said lately, so that nobody can fill the terminal.
#[derive(Debug, Default)]
struct Said(Mutex<HashMap<&'static str, Duration>>);

impl Said {
    fn is_new(&self, error: &Error) -> bool {
        let now = SystemHost.monotonic();
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = said.get(error.code()).is_some_and(|at| now.saturating_sub(*at) < QUIET);
        if !lately {
            said.insert(error.code(), now);
        }
        !lately
    }
}
