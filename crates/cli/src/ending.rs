//! Whether somebody wants this process to end: a person, a supervisor, a terminal that closes.

/// Completes at the first SIGINT, SIGTERM or SIGHUP; never, if none of them can be heard.
#[cfg(unix)]
pub(crate) async fn asked_for() {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)] = kinds.map(signal) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}

/// Completes at Ctrl-C; never, if it cannot be heard.
#[cfg(not(unix))]
pub(crate) async fn asked_for() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
