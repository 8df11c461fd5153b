//! The table at the end of `cargo xtask test`.

use std::{fmt, time::Duration};

#[derive(Default)]
pub(crate) struct Summary(Vec<(&'static str, Row)>);

/// How a step went.
pub(crate) enum Row {
    Passed(Duration),
    Failed(Duration),
    LeftOut(String),
    NotReached,
}

impl Summary {
    pub(crate) fn add(&mut self, step: &'static str, row: Row) {
        self.0.push((step, row));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<10} {:>8}  result", "step", "seconds")?;
        for (step, row) in &self.0 {
            match row {
                Row::Passed(took) => write!(f, "\n{step:<10} {:>8.1}  passed", took.as_secs_f64())?,
                Row::Failed(took) => write!(f, "\n{step:<10} {:>8.1}  FAILED", took.as_secs_f64())?,
                Row::LeftOut(why) => write!(f, "\n{step:<10} {:>8}  left out: {why}", "-")?,
                Row::NotReached => write!(f, "\n{step:<10} {:>8}  not reached", "-")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_left_out_is_said_to_be() {
        let mut summary = Summary::default();
        summary.add("fmt", Row::Passed(Duration::from_millis(1234)));
        summary.add("deny", Row::LeftOut("no cargo-deny".into()));
        let expected =
            "step        seconds  result\nfmt             1.2  passed\ndeny              -  left out: no cargo-deny";
        assert_eq!(summary.to_string(), expected);
    }
}
