//! Desk: the attempts in a worker's hands, and where its next one is to be held.

use std::{collections::HashSet, sync::Mutex};

use mailgrant_storage::{AccountKey, AttemptId};
use tokio::sync::Notify;

use crate::{
    words::{Point, Word},
    world::number_of,
};

#[derive(Default)]
pub(crate) struct Desk {
    /// Attempts from before their claim until they are settled. Whoever is held has this lock, so that nobody else claims.
    open: tokio::sync::Mutex<HashSet<AttemptId>>,
    hold: Mutex<Option<Point>>,
    go: Notify,
}

impl Desk {
    pub(crate) fn hold(&self, point: Point) {
        *self.hold.lock().unwrap() = Some(point);
    }

    pub(crate) fn go(&self) {
        self.go.notify_one();
    }

    /// Says that these are about to be claimed.
    pub(crate) async fn begin(&self, attempts: &[AttemptId]) {
        let mut open = self.open.lock().await;
        for attempt in attempts {
            open.insert(*attempt);
            Word::Claims(attempt.to_string()).say();
        }
    }

    /// These are over, or were not granted.
    pub(crate) async fn end(&self, attempts: &[AttemptId]) {
        let mut open = self.open.lock().await;
        open.retain(|attempt| !attempts.contains(attempt));
    }

    /// A claim was granted, and nothing was sent.
    pub(crate) async fn granted(&self, key: &AccountKey, attempt: &AttemptId) {
        let open = self.open.lock().await;
        if open.len() == 1 && self.is_held_at(Point::Sending) {
            self.wait(key, attempt).await;
        }
    }

    /// An answer came, and nothing was saved.
    pub(crate) async fn answered(&self, key: &AccountKey, attempt: &AttemptId) {
        if self.is_held_at(Point::Saving) {
            self.wait(key, attempt).await;
        }
    }

    /// Once for each time that it was told.
    fn is_held_at(&self, point: Point) -> bool {
        self.hold.lock().unwrap().take_if(|wanted| *wanted == point).is_some()
    }

    async fn wait(&self, key: &AccountKey, attempt: &AttemptId) {
        Word::Held(attempt.to_string(), number_of(key)).say();
        self.go.notified().await;
    }
}
