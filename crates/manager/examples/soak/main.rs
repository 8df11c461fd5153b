//! Refreshes for minutes on end, beside a million idle accounts in PostgreSQL: `cargo xtask soak`.
//!
//! It keeps as many short-lived accounts alive as make 43 refreshes a second, one eighth of what a million accounts with
//! tokens of an hour need of a fleet of eight. It prints what the store took, and fails if the pace was not kept or a grant
//! was lost.

#![expect(clippy::print_stdout, reason = "it is what the program is for")]

mod crowd;
mod idle;

use std::{env, error::Error, time::Duration};

use mailgrant_core::{Host, SystemHost};
use mailgrant_emulator::{App, Counters, Emulator};
use mailgrant_storage::postgres::{PostgresStore, SchemaName};
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::crowd::Crowd;

/// Refreshes a second.
const RATE: u32 = 43;
/// Life of an access token. It is renewed when four fifths of it are over, or a little before.
const LIFE: Duration = Duration::from_secs(120);
/// From one renewal to the next, at the most: 80 % of the life, then somebody asks.
const TURN: Duration = Duration::from_secs(110);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let minutes: u32 = env::args().nth(1).map_or(Ok(10), |minutes| minutes.parse())?;
    let url = env::var("MAILGRANT_POSTGRES").map_err(|_| "run it as `cargo xtask soak`: it wants a PostgreSQL")?;
    let span = Duration::from_secs(60) * minutes;
    // Quantiles of the whole time, and not of its last minute.
    let prometheus = PrometheusBuilder::new().set_quantiles(&[0.5, 0.99, 1.0])?;
    let prometheus = prometheus.set_bucket_duration(span + TURN * 2)?.install_recorder()?;
    let emulator = Emulator::builder()
        .app(App::new(crowd::ID, crowd::SECRET).redirect_uri("http://127.0.0.1:1/callback"))
        .start()
        .await?;
    emulator.settings(|settings| settings.access_lifetime = LIFE.as_secs());

    let store = PostgresStore::builder(&url)?.schema(SchemaName::new("soak")?).open().await?;
    let accounts = usize::try_from(RATE * u32::try_from(TURN.as_secs())?)?;
    let crowd = Crowd::new(&emulator, store, accounts)?;
    idle::fill(&url, crowd.identity()).await?;
    println!("{accounts} accounts are connected, {RATE} a second");
    crowd.connect(RATE).await?;

    let before = emulator.counters();
    for minute in 1..=minutes {
        crowd.ask_for(Duration::from_secs(60)).await;
        let refreshes = emulator.counters().refreshes - before.refreshes;
        println!("minute {minute}: {refreshes} refreshes, {:.1} a second", rate(refreshes, minute * 60));
    }
    let after = emulator.counters();
    crowd.end().await;
    println!("\nWhat the store took, in seconds: half of the time, 99 % of it, always\n");
    for line in
        prometheus.render().lines().filter(|line| line.starts_with("mailgrant_store") && line.contains("quantile"))
    {
        println!("{line}");
    }
    judge(&before, &after, minutes * 60)
}

fn rate(refreshes: u64, seconds: u32) -> f64 {
    f64::from(u32::try_from(refreshes).unwrap_or(u32::MAX)) / f64::from(seconds)
}

fn judge(before: &Counters, after: &Counters, seconds: u32) -> Result<(), Box<dyn Error>> {
    let refreshes = after.refreshes - before.refreshes;
    println!("\n{refreshes} refreshes, {:.1} a second", rate(refreshes, seconds));
    if after.reused_refresh_tokens > 0 || after.family_revocations > 0 || after.refusals > before.refusals {
        return Err("a grant was lost".into());
    }
    if refreshes < u64::from(RATE * seconds) {
        return Err(format!("fewer than {RATE} refreshes a second").into());
    }
    Ok(())
}

/// Waits, as the rest of the program does, by the host.
async fn pause(duration: Duration) {
    SystemHost.sleep(duration).await;
}
