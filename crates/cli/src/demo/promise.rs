//! Promises: what a step was promised, with what was seen instead.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use mailgrant_core::Host;

use super::{step::Step, tell};

/// On loopback, an answer that took longer was held back.
const PROMPT: Duration = Duration::from_secs(3);

/// The promises of one step, checked as it goes on. It also tells the step's part of the story.
pub(super) struct Promises {
    step: Step,
    host: Arc<dyn Host>,
    begun: bool,
    broken: Vec<Broken>,
}

/// A promise that was not kept.
#[derive(Debug)]
pub(super) struct Broken {
    promise: String,
    seen: String,
}

/// The step cannot go on: what broke is written down.
#[derive(Debug)]
pub(super) struct Stopped;

impl Promises {
    pub(super) fn of(step: Step, host: Arc<dyn Host>) -> Self {
        Self { step, host, begun: false, broken: Vec::new() }
    }

    /// One line of the story: what happened.
    pub(super) fn tell(&mut self, text: impl AsRef<str>) {
        let place = if self.begun { String::new() } else { format!("{:2}  {}", self.step.number(), self.step.name()) };
        self.begun = true;
        tell(&format!("{place:<19}{}", text.as_ref()));
    }

    /// One line of the story: that all went as promised. Not told if it did not.
    pub(super) fn kept(&mut self, text: impl AsRef<str>) {
        if self.broken.is_empty() {
            self.tell(text);
        }
    }

    /// A promise that the step can go on without.
    pub(super) fn check(&mut self, kept: bool, promise: impl Into<String>, seen: impl FnOnce() -> String) {
        if !kept {
            self.broke(promise, seen());
        }
    }

    /// A promise that the step cannot go on without.
    pub(super) fn need<T>(&mut self, kept: Result<T, impl fmt::Display>, promise: &str) -> Result<T, Stopped> {
        kept.map_err(|error| self.stop(promise, error.to_string()))
    }

    /// Waits for an answer, which is not to take long.
    pub(super) async fn promptly<T>(&mut self, answer: impl Future<Output = T>) -> T {
        let asked_at = self.host.monotonic();
        let answer = answer.await;
        self.prompt(self.host.monotonic() - asked_at);
        answer
    }

    fn prompt(&mut self, after: Duration) {
        let promise = format!("an answer on loopback comes within {} seconds", PROMPT.as_secs_f32());
        self.check(after < PROMPT, promise, || format!("it took {:.1} seconds", after.as_secs_f32()));
    }

    /// The end of a step that cannot go on.
    pub(super) fn stop(&mut self, promise: impl Into<String>, seen: impl Into<String>) -> Stopped {
        self.broke(promise, seen);
        Stopped
    }

    pub(super) fn into_broken(self) -> Vec<Broken> {
        self.broken
    }

    fn broke(&mut self, promise: impl Into<String>, seen: impl Into<String>) {
        let broken = Broken { promise: promise.into(), seen: seen.into() };
        self.tell(format!("BROKEN: {}", broken.promise));
        self.broken.push(broken);
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}; seen: {}", self.promise, self.seen)
    }
}
