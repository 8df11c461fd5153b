//! The faults that are armed.

use std::time::Duration;

use crate::fault::{Fault, Target, Times};

/// What strikes one request on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Strike {
    pub(crate) delay: Option<Duration>,
    pub(crate) fault: Option<Fault>,
}

impl Strike {
    pub(crate) fn count(&self) -> u64 {
        u64::from(self.delay.is_some()) + u64::from(self.fault.is_some())
    }
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Vec<(Fault, Target, Times)>,
}

impl Faults {
    pub(crate) fn arm(&mut self, fault: Fault, target: Target, times: Times) {
        self.armed.push((fault, target, times));
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// What strikes a request that arrives: at most one delay with at most one other, first armed
    /// first. Broken promises wait for the place that asks for them.
    pub(crate) fn strike(&mut self, target: Target) -> Strike {
        let delay = self.take(|fault, at| at == target && matches!(fault, Fault::Delay(_)));
        let fault = self.take(|fault, at| at == target && !matches!(fault, Fault::Delay(_)) && !fault.breaks_promise());
        Strike {
            delay: delay.and_then(|fault| match fault {
                Fault::Delay(time) => Some(time),
                _ => None,
            }),
            fault,
        }
    }

    /// Whether this promise is to be broken now.
    pub(crate) fn breaks(&mut self, promise: Fault) -> bool {
        self.take(|fault, _| fault == promise).is_some()
    }

    fn take(&mut self, wanted: impl Fn(Fault, Target) -> bool) -> Option<Fault> {
        self.armed.retain(|(_, _, times)| !matches!(times, Times::Next(0)));
        let (fault, _, times) = self.armed.iter_mut().find(|(fault, target, _)| wanted(*fault, *target))?;
        if let Times::Next(left) = times {
            *left -= 1;
        }
        Some(*fault)
    }
}

#[cfg(test)]
mod tests {
    use super::{Faults, Strike};
    use crate::fault::{Fault, Target, Times};
    use std::time::Duration;

    #[test]
    fn a_fault_strikes_its_target_as_often_as_told() {
        let mut faults = Faults::default();
        faults.arm(Fault::Html502, Target::Token, Times::Next(2));
        assert_eq!(faults.strike(Target::Api), Strike::default());
        for _ in 0..2 {
            assert_eq!(faults.strike(Target::Token).fault, Some(Fault::Html502));
        }
        assert_eq!(faults.strike(Target::Token), Strike::default());
    }

    #[test]
    fn a_delay_joins_another_fault() {
        let mut faults = Faults::default();
        let second = Duration::from_secs(1);
        faults.arm(Fault::Delay(second), Target::Token, Times::Always);
        faults.arm(Fault::DropAfterCommit, Target::Token, Times::Next(1));
        let both = faults.strike(Target::Token);
        assert_eq!(both.delay, Some(second));
        assert_eq!(both.fault, Some(Fault::DropAfterCommit));
        assert_eq!(both.count(), 2);
        assert_eq!(faults.strike(Target::Token).fault, None);
    }

    #[test]
    fn a_broken_promise_waits_until_asked() {
        let mut faults = Faults::default();
        faults.arm(Fault::NoRotation, Target::Token, Times::Next(1));
        faults.arm(Fault::Html502, Target::Token, Times::Next(0));
        assert_eq!(faults.strike(Target::Token), Strike::default());
        assert!(faults.breaks(Fault::NoRotation));
        assert!(!faults.breaks(Fault::NoRotation));
    }
}
