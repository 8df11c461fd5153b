//! The points at which a child is killed, one child for each.

use std::{fmt, time::Duration};

use mailgrant_core::{Host, SystemHost};

use crate::{errand::Running, traced};

/// More steps than any verb takes.
const ENDLESS: usize = 5000;

/// How many delays there are where steps cannot be counted.
const DELAYS: u32 = 24;

/// Of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

/// How a child ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// In the call of this name, or wherever it was.
    Killed(&'static str),
    Through,
}

impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Killed(call) => call,
            Self::Through => "through",
        })
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Point {
    /// Before or after the call that is that many from where it was given leave.
    Step(usize, Side),
    /// Nowhere, to see how long it takes.
    Nowhere,
    /// That many parts of what the whole takes after it was given leave.
    Delay(u32),
    /// After it said that it is done.
    Done,
}

impl Point {
    /// Whether somebody else has the store open meanwhile: between two steps a child is killed twice, with and without.
    pub(crate) const fn has_witness(self) -> bool {
        match self {
            Self::Step(_, side) => matches!(side, Side::After),
            Self::Delay(part) => part % 2 == 0,
            Self::Nowhere | Self::Done => false,
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(number, side) => write!(formatter, "{side:?} step {number}"),
            other => write!(formatter, "{other:?}"),
        }
    }
}

/// In order; after the last one a child came through.
pub(crate) struct Points {
    next: Option<Point>,
    whole: Duration,
}

impl Points {
    pub(crate) const fn new() -> Self {
        Self { next: Some(Point::Step(1, Side::Before)), whole: Duration::ZERO }
    }

    pub(crate) const fn next(&self) -> Option<Point> {
        self.next
    }

    /// Lets the child run as far as `point`; how it ended, with whether it had said that it is done.
    pub(crate) fn kill(&mut self, mut child: Running, point: Point) -> (End, bool) {
        let end = match point {
            Point::Step(number, side) => self.kill_at_step(&mut child, number, side),
            Point::Nowhere => {
                let began = SystemHost.monotonic();
                child.give_leave();
                child.hear();
                self.whole = SystemHost.monotonic() - began;
                self.next = Some(Point::Delay(0));
                assert!(child.process.wait().unwrap().success());
                End::Through
            }
            Point::Delay(part) => {
                let began = SystemHost.monotonic();
                child.give_leave();
                // Busily, since these are parts of milliseconds.
                while SystemHost.monotonic() - began < self.whole * part / DELAYS {
                    std::hint::spin_loop();
                }
                self.next = Some(if part < DELAYS { Point::Delay(part + 1) } else { Point::Done });
                kill_now(&mut child)
            }
            Point::Done => {
                child.give_leave();
                child.hear();
                self.next = None;
                kill_now(&mut child)
            }
        };
        (end, child.was_done(matches!(end, End::Killed(_))))
    }

    fn kill_at_step(&mut self, child: &mut Running, number: usize, side: Side) -> End {
        assert!(number < ENDLESS, "the child never comes through");
        match traced::kill_at(child, number, side) {
            Ok(end) => {
                let next = match side {
                    Side::Before => Point::Step(number, Side::After),
                    Side::After => Point::Step(number + 1, Side::Before),
                };
                self.next = matches!(end, End::Killed(_)).then_some(next);
                end
            }
            Err(why) => {
                tell(&format!("Its steps cannot be followed ({why}): it is killed after delays instead."));
                self.next = Some(Point::Nowhere);
                kill_now(child)
            }
        }
    }
}

fn kill_now(child: &mut Running) -> End {
    child.kill();
    child.process.wait().unwrap();
    End::Killed("whatever it did")
}

#[expect(clippy::print_stderr, reason = "who reads the test's output should know what it proves")]
fn tell(what: &str) {
    eprintln!("{what}");
}
