//! Tasks: how many of the manager's tasks run, so that a shutdown can wait for them.

use tokio::sync::watch;

#[derive(Debug)]
pub(crate) struct Tasks {
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    running: usize,
    closed: bool,
}

/// A task that runs for as long as this lives.
#[derive(Debug)]
pub(crate) struct Running {
    state: watch::Sender<State>,
}

impl Tasks {
    pub(crate) fn new() -> Self {
        Self { state: watch::Sender::new(State::default()) }
    }

    /// Counts one more task, unless a shutdown has begun.
    pub(crate) fn begin(&self) -> Option<Running> {
        let begun = self.state.send_if_modified(|state| {
            state.running += usize::from(!state.closed);
            !state.closed
        });
        begun.then(|| Running { state: self.state.clone() })
    }

    /// Completes once a shutdown has begun.
    pub(crate) async fn closing(&self) {
        // The sender is ours, so this cannot fail.
        let _ = self.state.subscribe().wait_for(|state| state.closed).await;
    }

    /// Lets no more tasks begin, and waits for those that run.
    pub(crate) async fn close(&self) {
        self.state.send_modify(|state| state.closed = true);
        // The sender is ours, so this cannot fail.
        let _ = self.state.subscribe().wait_for(|state| state.running == 0).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.state.send_modify(|state| state.running -= 1);
    }
}
