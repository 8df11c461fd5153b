//! The stories of a provider under every setting of the emulator, any three of them in all their combinations.
//!
//! A failure names its row. `SWEEP_ROW='getresponse rotation=none app.pkce=on' cargo test -p mailgrant-acceptance
//! --test sweep` plays that row alone (what is not named has its default), and `SWEEP_STRENGTH=2` only has every two
//! settings meet, which is faster.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a story that cannot go on says where, a sweep how far it got"
)]

mod bench;
mod browser;
mod classic;
mod delegated;
mod getresponse;
mod links;
mod login;
mod oracle;
mod pairs;
mod refreshing;
mod rows;
mod spy;

use std::{any::Any, future::ready, panic::AssertUnwindSafe};

use futures_util::{FutureExt, StreamExt, stream};
use mailgrant_core::ReqwestTransport;

use crate::{
    bench::Bench,
    rows::{Factor, Row},
};

/// Rows that are played at the same time.
const AT_ONCE: usize = 8;

#[test]
fn every_setting_is_in_a_sweep() {
    rows::assert_complete(&[getresponse::FACTORS, classic::FACTORS, delegated::FACTORS]);
}

#[tokio::test]
async fn getresponse() {
    sweep("getresponse", getresponse::FACTORS, [20, 75], async |row, transport| {
        getresponse::play(Bench::of(&row, transport, getresponse::register(&row)).await, row).await;
    })
    .await;
}

#[tokio::test]
async fn verticalresponse() {
    sweep("verticalresponse", classic::FACTORS, [33, 160], async |row, transport| {
        classic::play(Bench::of(&row, transport, classic::register).await, row).await;
    })
    .await;
}

#[tokio::test]
async fn delegated() {
    sweep("delegated", delegated::FACTORS, [25, 107], async |row, transport| {
        delegated::play(Bench::of(&row, transport, |app| app).await, row).await;
    })
    .await;
}

/// Plays every row; `counts` is how many there have to be for pairs, or for triples, so that none goes missing unseen.
async fn sweep(
    provider: &'static str,
    factors: &'static [Factor],
    counts: [usize; 2],
    story: impl AsyncFn(Row, ReqwestTransport),
) {
    let rows = rows::rows(provider, factors);
    let (ran, transport) = (rows.len(), ReqwestTransport::builder().build().unwrap());
    let played = rows.into_iter().map(|row| {
        let (name, story, transport) = (row.to_string(), &story, transport.clone());
        async move {
            let played = AssertUnwindSafe(story(row, transport)).catch_unwind().await;
            played.err().map(|panic| format!("SWEEP_ROW='{name}'\n  {}", text(&*panic)))
        }
    });
    let failures: Vec<String> = stream::iter(played).buffer_unordered(AT_ONCE).filter_map(ready).collect().await;
    println!("{provider}: {ran} rows, {} failed", failures.len());
    assert!(failures.is_empty(), "{} of {ran} rows failed:\n{}", failures.len(), failures.join("\n"));
    if let Some(strength) = rows::strength() {
        assert_eq!(ran, counts[strength - 2], "{provider}: rows that were played, against those that there are");
    }
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words")
}
