//! A caller who waits: nobody hangs, and some leave at a drawn poll.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use mailgrant_core::BoxFuture;

use crate::{executor::Node, oracle::Call, world::World};

/// What a caller is patient for, with all that may come on top of it.
#[derive(Clone, Copy)]
pub(crate) struct Patience(pub(crate) &'static str, pub(crate) Duration);

/// The manager's patience is 45 seconds.
pub(crate) const TOKEN: Patience = Patience("token", Duration::from_secs(47));
/// A rejection that nothing can be done about is stored before it is told.
pub(crate) const REJECT: Patience = Patience("reject", Duration::from_secs(94));
/// These ask the store themselves, which may take twenty seconds there and as many back.
pub(crate) const OTHER: Patience = Patience("another verb", Duration::from_secs(90));

impl World {
    /// Waits for `answer`, and tells how long for.
    pub(crate) async fn wait<T>(
        &self,
        node: Node,
        Patience(what, patience): Patience,
        answer: impl Future<Output = T>,
    ) -> T {
        let since = self.executor.now();
        let call = Call { what, node, since, frozen: self.executor.frozen(node), patience };
        let number = {
            let mut book = self.book();
            book.calls += 1;
            let number = book.calls;
            book.oracle.calls.insert(number, call);
            number
        };
        let waiting = Waiting { world: self.clone(), number };
        let answer = answer.await;
        self.look_for_the_hanging();
        drop(waiting);
        answer
    }

    /// Nobody waits for longer than they have patience, but for the time in which their host was frozen.
    pub(crate) fn look_for_the_hanging(&self) {
        let mut book = self.book();
        let now = self.executor.now();
        let hangs = |call: &&Call| {
            let frozen = self.executor.frozen(call.node) - call.frozen;
            (now - call.since).saturating_sub(frozen) > call.patience
        };
        if let Some(call) = book.oracle.calls.values().find(hangs).cloned() {
            book.oracle.violate(now, || {
                format!("a caller of {} on host {} hangs since {:?}", call.what, call.node, call.since)
            });
        }
    }
}

/// Ends with the caller, however that comes.
struct Waiting {
    world: World,
    number: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.world.book().oracle.calls.remove(&self.number);
    }
}

/// A future that is dropped after so many polls.
pub(crate) struct Leaving {
    pub(crate) errand: Option<BoxFuture<()>>,
    pub(crate) polls: usize,
}

impl Future for Leaving {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(errand) = &mut self.errand else { return Poll::Ready(()) };
        if errand.as_mut().poll(context).is_ready() {
            self.errand = None;
            return Poll::Ready(());
        }
        self.polls = self.polls.saturating_sub(1);
        if self.polls == 0 {
            self.errand = None;
            return Poll::Ready(());
        }
        Poll::Pending
    }
}
