//! Executor: tasks of many hosts on one thread, in virtual time.

use std::{
    collections::BTreeMap,
    future::Future,
    mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use mailgrant_core::BoxFuture;

use crate::chance::Chance;

/// A host's number. Number 0 is what is outside of every host: the network, the provider, the store.
pub(crate) type Node = usize;

pub(crate) const OUTSIDE: Node = 0;

pub(crate) type TaskId = u64;

/// Runs tasks one poll at a time, the next one drawn by chance. Clones share everything.
#[derive(Clone)]
pub(crate) struct Executor {
    state: Arc<Mutex<State>>,
    ready: Arc<Ready>,
}

struct State {
    now: Duration,
    chance: Chance,
    next_id: u64,
    tasks: BTreeMap<TaskId, Task>,
    timers: BTreeMap<(Duration, u64), Waker>,
    nodes: Vec<NodeState>,
    polling: Option<TaskId>,
    crashing: Vec<Node>,
    /// A sabotaged runtime: what a task spawned dies with it.
    orphans_die: bool,
}

#[derive(Default)]
struct NodeState {
    frozen_until: Option<Duration>,
    /// How long it was frozen, all in all.
    frozen: Duration,
    /// How often it was started.
    life: u32,
    /// How far its wall clock is off, in milliseconds.
    skew: i64,
}

struct Task {
    node: Node,
    parent: Option<TaskId>,
    future: Option<BoxFuture<()>>,
    waker: Waker,
}

/// Kept in order of task, so that the order in which tasks were woken (which tokio's channels draw from a source
/// of their own) makes no difference.
#[derive(Default)]
struct Ready(Mutex<Vec<TaskId>>);

impl Ready {
    fn list(&self) -> MutexGuard<'_, Vec<TaskId>> {
        self.0.lock().unwrap()
    }

    fn add(&self, task: TaskId) {
        let mut list = self.list();
        if let Err(place) = list.binary_search(&task) {
            list.insert(place, task);
        }
    }
}

struct TaskWaker {
    task: TaskId,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.ready.add(self.task);
    }
}

impl Executor {
    pub(crate) fn new(seed: u64, hosts: usize, orphans_die: bool) -> Self {
        let state = State {
            now: Duration::ZERO,
            chance: Chance::of(seed, 1),
            next_id: 0,
            tasks: BTreeMap::new(),
            timers: BTreeMap::new(),
            nodes: (0..=hosts).map(|_| NodeState::default()).collect(),
            polling: None,
            crashing: Vec::new(),
            orphans_die,
        };
        Self { state: Arc::new(Mutex::new(state)), ready: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The true time, since the world began.
    pub(crate) fn now(&self) -> Duration {
        self.state().now
    }

    /// The task that is being polled.
    pub(crate) fn task(&self) -> Option<TaskId> {
        self.state().polling
    }

    pub(crate) fn spawn(&self, node: Node, future: BoxFuture<()>) {
        let mut state = self.state();
        state.next_id += 1;
        let task = state.next_id;
        let waker = Waker::from(Arc::new(TaskWaker { task, ready: self.ready.clone() }));
        let parent = state.polling.filter(|_| state.orphans_die && node != OUTSIDE);
        state.tasks.insert(task, Task { node, parent, future: Some(future), waker });
        drop(state);
        self.ready.add(task);
    }

    pub(crate) fn sleep(&self, duration: Duration) -> Sleep {
        let until = self.now() + duration;
        Sleep { executor: self.clone(), until, place: None }
    }

    /// The host's tasks and memory are lost once the present poll is over.
    pub(crate) fn crash(&self, node: Node) {
        self.state().crashing.push(node);
    }

    /// The crashes that were asked for and have been carried out since the last call.
    pub(crate) fn bury(&self) -> Vec<Node> {
        let crashed = mem::take(&mut self.state().crashing);
        for &node in &crashed {
            let lost = {
                let mut state = self.state();
                state.nodes[node].life += 1;
                state.nodes[node].frozen_until = None;
                let (lost, left) = mem::take(&mut state.tasks).into_iter().partition(|(_, task)| task.node == node);
                state.tasks = left;
                lost
            };
            drop::<BTreeMap<TaskId, Task>>(lost);
        }
        crashed
    }

    /// How often the host was started: who remembers another number is of a process that is gone.
    pub(crate) fn life(&self, node: Node) -> u32 {
        self.state().nodes[node].life
    }

    /// Polls none of the host's tasks for so long.
    pub(crate) fn freeze(&self, node: Node, duration: Duration) {
        let mut state = self.state();
        let until = state.now + duration;
        if state.nodes[node].frozen_until.is_none_or(|before| before <= state.now) {
            state.nodes[node].frozen += duration;
            state.nodes[node].frozen_until = Some(until);
            state.next_id += 1;
            let place = state.next_id;
            // Time stops here, to go on with the host.
            state.timers.insert((until, place), Waker::noop().clone());
        }
    }

    /// How long the host was frozen, all in all.
    pub(crate) fn frozen(&self, node: Node) -> Duration {
        self.state().nodes[node].frozen
    }

    pub(crate) fn skew(&self, node: Node) -> i64 {
        self.state().nodes[node].skew
    }

    pub(crate) fn set_skew(&self, node: Node, skew: i64) {
        self.state().nodes[node].skew = skew;
    }

    /// One poll, or one jump in time. Whether there was anything to do before `until`; if not, it is that moment now.
    pub(crate) fn step(&self, until: Duration) -> bool {
        if let Some(task) = self.draw() {
            self.poll(task);
            return true;
        }
        let mut state = self.state();
        let Some(moment) = state.timers.keys().next().map(|(moment, _)| *moment).filter(|moment| *moment <= until)
        else {
            state.now = until.max(state.now);
            return false;
        };
        state.now = moment;
        let later = state.timers.split_off(&(moment, u64::MAX));
        let due = mem::replace(&mut state.timers, later);
        drop(state);
        due.into_values().for_each(Waker::wake);
        true
    }

    fn draw(&self) -> Option<TaskId> {
        let mut state = self.state();
        let mut ready = self.ready.list();
        ready.retain(|task| state.tasks.contains_key(task));
        let able: Vec<usize> =
            (0..ready.len()).filter(|place| !state.is_frozen(state.tasks[&ready[*place]].node)).collect();
        if able.is_empty() {
            return None;
        }
        let place = able[state.chance.below(able.len())];
        Some(ready.remove(place))
    }

    fn poll(&self, id: TaskId) {
        let (mut future, waker) = {
            let mut state = self.state();
            let Some(task) = state.tasks.get_mut(&id) else { return };
            let Some(future) = task.future.take() else { return };
            let waker = task.waker.clone();
            state.polling = Some(id);
            (future, waker)
        };
        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
        let mut gone = Vec::new();
        {
            let mut state = self.state();
            state.polling = None;
            match (polled, state.tasks.get_mut(&id)) {
                (Poll::Pending, Some(task)) => task.future = Some(future),
                _ => {
                    gone.push(future);
                    state.remove(id, &mut gone);
                }
            }
        }
        drop(gone);
    }

    /// Drops what is left, so that nothing holds on to itself.
    pub(crate) fn clear(&self) {
        let tasks = mem::take(&mut self.state().tasks);
        drop(tasks);
        let timers = mem::take(&mut self.state().timers);
        drop(timers);
    }
}

impl State {
    fn is_frozen(&self, node: Node) -> bool {
        self.nodes[node].frozen_until.is_some_and(|until| until > self.now)
    }

    fn remove(&mut self, id: TaskId, gone: &mut Vec<BoxFuture<()>>) {
        gone.extend(self.tasks.remove(&id).and_then(|task| task.future));
        if self.orphans_die {
            let orphans: Vec<TaskId> =
                self.tasks.iter().filter(|(_, task)| task.parent == Some(id)).map(|(id, _)| *id).collect();
            orphans.into_iter().for_each(|orphan| self.remove(orphan, gone));
        }
    }
}

/// Wakes when its moment has come.
pub(crate) struct Sleep {
    executor: Executor,
    until: Duration,
    place: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let executor = self.executor.clone();
        let mut state = executor.state();
        if state.now >= self.until {
            return Poll::Ready(());
        }
        let place = *self.place.get_or_insert_with(|| {
            state.next_id += 1;
            state.next_id
        });
        state.timers.insert((self.until, place), context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.executor.state().timers.remove(&(self.until, place));
        }
    }
}
