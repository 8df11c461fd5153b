//! The knobs for other processes.

use std::time::Duration;

use bytes::Bytes;
use hyper::header::ORIGIN;
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::fault::{Fault, Target, Times};
use crate::reply::{self, Reply};
use crate::world::World;

pub(crate) const PREFIX: &str = "/_emulator/";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arm {
    fault: String,
    target: String,
    #[serde(default)]
    times: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    client_id: String,
    client_secret: String,
    #[serde(default)]
    redirect_uri: Option<String>,
    #[serde(default)]
    max: Option<String>,
}

pub(crate) fn answer(world: &World, request: &Request<Bytes>) -> Reply {
    // Only a browser sends one, and no page has business here.
    if request.headers().contains_key(ORIGIN) {
        return told(StatusCode::FORBIDDEN, "no request from a web page");
    }
    let knob = request.uri().path().strip_prefix(PREFIX).unwrap_or("");
    let turned = match (request.method(), knob) {
        (&Method::GET, "counters") => {
            return reply::json(StatusCode::OK, &world.lock().counters);
        }
        (&Method::GET, "settings") => {
            return reply::json(StatusCode::OK, &world.lock().settings);
        }
        (&Method::POST, "settings") => read(request).and_then(|changes| settings(world, changes)),
        (&Method::POST, "advance") => read(request).and_then(|by| advance(world, &by)),
        (&Method::POST, "fault") => read(request).and_then(|fault| arm(world, &fault)),
        (&Method::POST, "apps") => read(request).and_then(|app| register(world, app)),
        (&Method::POST, "clear-faults") => {
            world.lock().faults.clear();
            Ok(())
        }
        (&Method::POST, "revoke-access-tokens") => {
            world.lock().ledger.revoke_access_tokens();
            Ok(())
        }
        (&Method::POST, "revoke-grants") => {
            world.lock().ledger.revoke_grants();
            Ok(())
        }
        (&Method::POST, "revoke-user") => {
            world.lock().ledger.revoke_by_user();
            Ok(())
        }
        _ => {
            return told(StatusCode::NOT_FOUND, "no such knob, or not with this method");
        }
    };
    match (turned, knob) {
        (Ok(()), "settings") => reply::json(StatusCode::OK, &world.lock().settings),
        (Ok(()), _) => reply::json(StatusCode::OK, &json!({ "ok": true })),
        (Err(error), _) => told(StatusCode::BAD_REQUEST, &error),
    }
}

fn settings(world: &World, changes: Map<String, Value>) -> Result<(), String> {
    let merged = world.lock().settings.merge(changes);
    merged.map_err(|error| error.to_string())
}

fn advance(world: &World, by: &Advance) -> Result<(), String> {
    let by = Duration::try_from_secs_f64(by.seconds).map_err(|error| error.to_string())?;
    world.clock.advance(by);
    Ok(())
}

fn arm(world: &World, wanted: &Arm) -> Result<(), String> {
    let fault: Fault = wanted.fault.parse().map_err(text)?;
    let target: Target = wanted.target.parse().map_err(text)?;
    if !fault.strikes(target) {
        return Err(format!("`{fault}` cannot happen at `{target}`"));
    }
    let times = wanted.times.map_or(Times::Always, Times::Next);
    world.lock().faults.arm(fault, target, times);
    Ok(())
}

fn register(world: &World, wanted: Register) -> Result<(), String> {
    let mut app = App::new(wanted.client_id, wanted.client_secret);
    if let Some(uri) = wanted.redirect_uri {
        app = app.redirect_uri(uri);
    }
    if let Some(domain) = wanted.max {
        if !App::is_panel_domain(&domain) {
            return Err(format!("`{domain}` is no panel domain"));
        }
        app = app.max(domain);
    }
    world.lock().ledger.register(app);
    Ok(())
}

fn read<T: DeserializeOwned>(request: &Request<Bytes>) -> Result<T, String> {
    serde_json::from_slice(request.body()).map_err(|error| error.to_string())
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn told(status: StatusCode, error: &str) -> Reply {
    reply::json(status, &json!({ "error": error }))
}
