//! A fault as the command line names it: `NAME[@TARGET][xN]`.

use std::str::FromStr;

use mailgrant_emulator::{Fault, Target, Times};

/// A fault, where it strikes, how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Misfortune {
    pub(crate) fault: Fault,
    pub(crate) target: Target,
    pub(crate) times: Times,
}

impl FromStr for Misfortune {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (rest, times) = match text.rsplit_once('x').map(|(rest, times)| (rest, times.parse())) {
            Some((rest, Ok(times))) => (rest, Times::Next(times)),
            _ => (text, Times::Always),
        };
        let (name, target) = rest.split_once('@').map_or((rest, None), |(name, target)| (name, Some(target)));
        let fault: Fault = name.parse().map_err(|error: mailgrant_emulator::UnknownName| error.to_string())?;
        let target = match target {
            Some(target) => target.parse().map_err(|error: mailgrant_emulator::UnknownName| error.to_string())?,
            None => Target::ALL.iter().copied().find(|target| fault.strikes(*target)).unwrap_or(Target::Token),
        };
        if !fault.strikes(target) {
            return Err(format!("`{fault}` cannot happen at `{target}`"));
        }
        Ok(Self { fault, target, times })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn target_and_times_may_be_left_out() {
        for (text, fault, target, times) in [
            ("html-502", Fault::Html502, Target::Token, Times::Always),
            ("html-502@api", Fault::Html502, Target::Api, Times::Always),
            ("rate-limitx2", Fault::RateLimit, Target::Token, Times::Next(2)),
            ("drop-after-commit@tokenx1", Fault::DropAfterCommit, Target::Token, Times::Next(1)),
            ("delay:2@apix3", Fault::Delay(Duration::from_secs(2)), Target::Api, Times::Next(3)),
            ("wrong-state", Fault::WrongState, Target::Authorize, Times::Always),
            ("expired-acceptedx1", Fault::ExpiredAccepted, Target::Api, Times::Next(1)),
        ] {
            assert_eq!(text.parse(), Ok(Misfortune { fault, target, times }), "{text}");
        }
        for bad in ["", "html-503", "html-502@nowhere", "wrong-state@token", "x3"] {
            assert!(bad.parse::<Misfortune>().is_err(), "{bad}");
        }
    }
}
