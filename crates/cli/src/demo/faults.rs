//! A fault of the emulator, as `--fault` names it.

use std::{fmt, str::FromStr};

use mailgrant_emulator::{Emulator, Fault, Target, Times};

use super::step::Step;

/// A fault with where it strikes: `NAME`, `NAME@TARGET`, or `NAME@TARGET@STEP`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Armed {
    fault: Fault,
    target: Target,
    step: Option<Step>,
}

impl Armed {
    /// The step that it waits for, if it does not strike as soon as it can.
    pub(super) const fn step(self) -> Option<Step> {
        self.step
    }

    pub(super) fn arm(self, emulator: &Emulator) {
        emulator.fault(self.fault, self.target, self.times());
    }

    /// A broken promise stays broken; an accident on the way happens once.
    fn times(self) -> Times {
        match self.fault {
            Fault::NoRotation
            | Fault::RefreshRefused
            | Fault::CodeAcceptedTwice
            | Fault::TokenTypeMac
            | Fault::WrongState
            | Fault::ExpiredAccepted => Times::Always,
            _ => Times::Next(1),
        }
    }
}

impl FromStr for Armed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, '@');
        let (name, target, step) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let fault: Fault = name.parse().map_err(|error| format!("{error}"))?;
        let target = match target {
            Some(target) => target.parse().map_err(|error| format!("{error}"))?,
            None => first_target(fault),
        };
        let step = step.map(numbered).transpose()?;
        if fault.strikes(target) {
            Ok(Self { fault, target, step })
        } else {
            Err(format!("the fault `{fault}` cannot happen at `{target}`; it can at `{}`", first_target(fault)))
        }
    }
}

impl fmt::Display for Armed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.fault, self.target)?;
        if let Some(step) = self.step {
            write!(formatter, "@{}", step.number())?;
        }
        write!(formatter, " ({})", self.fault.summary())
    }
}

fn numbered(step: &str) -> Result<Step, String> {
    let found = step.parse().ok().and_then(Step::numbered);
    found.ok_or_else(|| format!("there is no step `{step}`: they are numbered from 1 to {}", Step::ALL.len()))
}

fn first_target(fault: Fault) -> Target {
    Target::ALL.iter().copied().find(|target| fault.strikes(*target)).unwrap_or(Target::Token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_where_it_is_told_to_or_where_it_can() {
        for (text, expected) in [
            ("html-502", Target::Token),
            ("html-502@api", Target::Api),
            ("wrong-state", Target::Authorize),
            ("expired-accepted", Target::Api),
            ("delay:0.5@authorize", Target::Authorize),
            ("html-502@revoke@32", Target::Revoke),
        ] {
            let armed: Armed = text.parse().unwrap();
            assert_eq!(armed.target, expected, "{text}");
            assert_eq!(armed.step(), text.ends_with("@32").then_some(Step::GivenBack), "{text}");
        }
    }

    #[test]
    fn what_is_no_fault_is_told_what_is() {
        let told = |text: &str| text.parse::<Armed>().unwrap_err();
        assert!(told("html-503").contains("html-502"));
        assert!(told("html-502@moon").contains("authorize"));
        assert!(told("wrong-state@api").contains("`authorize`"));
        for step in ["0", "34", "x", ""] {
            assert!(told(&format!("html-502@api@{step}")).contains("1 to 33"), "{step}");
        }
    }
}
