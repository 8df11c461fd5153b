//! `mailgrant events`: what happened to the accounts.

mod moment;

use std::time::Duration;

use mailgrant_core::{ErrorKind, Host, SystemHost};
use mailgrant_manager::Manager;
use mailgrant_storage::Event;
use serde::Serialize;

use crate::{
    args::EventsArgs,
    exit::{Exit, Stop},
    running::Running,
    say, store,
};

/// Events that are asked for at once.
const PAGE: usize = 500;

/// How long a store that cannot answer is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// An event, as a script reads it.
#[derive(Serialize)]
struct Line<'a> {
    id: u64,
    /// RFC 3339, by the store's clock.
    at: String,
    tenant: &'a str,
    provider: &'a str,
    account: &'a str,
    kind: &'static str,
    cause: Option<&'a str>,
}

pub(crate) async fn run(running: &Running, args: &EventsArgs) -> Result<(), Stop> {
    let vault = store::open_sealed(running.places()).await?;
    let mut after = args.after;
    if args.follow {
        return follow(&running.manage(Manager::builder(vault)), args).await;
    }
    loop {
        let page = vault.store().events(after, PAGE).await.map_err(mailgrant_core::Error::from)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        let lines = page.iter().map(|event| line(event, args.json)).collect::<Result<Vec<_>, _>>()?;
        say::line(&lines.join("\n"))?;
    }
}

/// Goes on until somebody wants it to end, or nobody reads it any more.
async fn follow(manager: &Manager, args: &EventsArgs) -> Result<(), Stop> {
    let mut events = manager.follow(args.after);
    let mut away = false;
    loop {
        match events.next().await {
            Ok(event) => {
                away = false;
                say::line(&line(&event, args.json)?)?;
            }
            Err(error) if error.kind() == ErrorKind::TryLater => {
                if !away {
                    say::words(&format!("mailgrant: {error}; asked again until it can"));
                }
                away = true;
                SystemHost.sleep(PAUSE).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn line(event: &Event, json: bool) -> Result<String, Stop> {
    let at = moment::described(event.at);
    if !json {
        let words = [&event.id.to_string(), &at, &event.key.to_string(), event.kind.name()];
        let cause = event.cause.as_deref().unwrap_or_default();
        return Ok(in_one_line(format!("{}  {cause}", words.join("  ")).trim_end()));
    }
    let line = Line {
        id: event.id,
        at,
        tenant: event.key.tenant(),
        provider: event.key.provider(),
        account: event.key.account(),
        kind: event.kind.name(),
        cause: event.cause.as_deref(),
    };
    serde_json::to_string(&line).map_err(|error| Stop::new(Exit::Bug, format!("an event cannot be written: {error}")))
}

/// What is in it begins no line of its own.
fn in_one_line(text: &str) -> String {
    say::plain(text).replace(['\n', '\t'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use mailgrant_storage::{AccountKey, EventKind};

    use super::*;

    fn event(cause: &str) -> Event {
        Event {
            id: 7,
            at: UNIX_EPOCH,
            key: AccountKey::new("default", "getresponse", "ma\u{202e}in").unwrap(),
            kind: EventKind::Refused,
            version: None,
            attempt: None,
            cause: Some(cause.to_owned()),
        }
    }

    #[test]
    fn an_event_is_one_line_without_control_characters() {
        let line = line(&event("a\u{1b}[31m\nb"), false).unwrap();
        assert_eq!(line, "7  1970-01-01T00:00:00Z  default/getresponse/ma\u{fffd}in  refused  a\u{fffd}[31m\u{fffd}b");
    }

    #[test]
    fn an_event_is_one_object() {
        let line = line(&event("a\n"), true).unwrap();
        assert!(line.ends_with(r#""kind":"refused","cause":"a\n"}"#) && !line.contains('\n'), "{line}");
    }
}
