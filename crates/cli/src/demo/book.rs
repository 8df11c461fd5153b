//! The book of the story: how each step ended.

use std::{pin::pin, process::ExitCode, sync::Arc};

use mailgrant_core::Host;

use super::{
    chapter::Chapter,
    promise::{Broken, Promises, Stopped},
    step::Step,
    tell,
    world::World,
};
use crate::say;

pub(super) struct Book {
    host: Arc<dyn Host>,
    headless: bool,
    played: Vec<(Step, Vec<Broken>)>,
}

impl Book {
    pub(super) fn new(host: Arc<dyn Host>, headless: bool) -> Self {
        Self { host, headless, played: Vec::new() }
    }

    /// Plays one step within its limit, then writes down how it ended.
    pub(super) async fn step<T>(
        &mut self,
        world: &mut World,
        step: Step,
        play: impl AsyncFnOnce(&mut World, &mut Promises) -> Result<T, Stopped>,
    ) -> Result<T, Stopped> {
        if self.played.last().is_none_or(|(last, _)| last.chapter() != step.chapter()) {
            head(step.chapter());
        }
        let limit = step.limit(self.headless);
        let mut promises = Promises::of(step, self.host.clone());
        world.enter(step);
        let ended = {
            let playing = pin!(play(world, &mut promises));
            tokio::select! {
                biased;
                ended = playing => Some(ended),
                () = self.host.sleep(limit) => None,
            }
        };
        let ended = ended.unwrap_or_else(|| {
            Err(promises.stop(format!("this step ends within {} seconds", limit.as_secs()), "it went on"))
        });
        self.played.push((step, promises.into_broken()));
        ended
    }

    /// The summary, with what it comes to.
    pub(super) fn close(self) -> ExitCode {
        tell("");
        tell("    step           what was promised");
        let mut chapter = None;
        for step in Step::ALL {
            if chapter.replace(step.chapter()) != Some(step.chapter()) {
                head(step.chapter());
            }
            let verdict = match self.broken(step) {
                None => "not reached",
                Some([]) => "ok",
                Some(_) => "BROKEN",
            };
            tell(&format!("{:2}  {:<15}{:<65}{verdict}", step.number(), step.name(), step.promise()));
        }
        let mut code = ExitCode::SUCCESS;
        for (step, broken) in &self.played {
            for broken in broken {
                say::words(&format!("mailgrant: broken promise in step {}, {}: {broken}", step.number(), step.name()));
                code = ExitCode::FAILURE;
            }
        }
        if self.played.len() < Step::ALL.len() {
            code = ExitCode::FAILURE;
        }
        code
    }

    fn broken(&self, step: Step) -> Option<&[Broken]> {
        self.played.iter().find(|(played, _)| *played == step).map(|(_, broken)| broken.as_slice())
    }
}

fn head(chapter: Chapter) {
    tell("");
    tell(chapter.title());
}
