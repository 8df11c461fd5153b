//! Report: what a world came to.

use mailgrant_emulator::Counters;

/// What a world came to; nothing is wrong with it if there is no complaint.
pub(crate) struct Report {
    pub(crate) name: String,
    pub(crate) counters: Counters,
    pub(crate) lines: Vec<String>,
    pub(crate) complaints: Vec<String>,
}

impl Report {
    pub(crate) fn expect(&mut self, holds: bool, what: &str) {
        if !holds {
            self.complaints.push(format!("it does not hold that {what}"));
        }
    }

    /// Prints all of them, and fails if anything is wrong with one.
    pub(crate) fn expect_good(reports: &[Self]) {
        for Self { name, lines, complaints, counters } in reports {
            println!("{name}: {}", lines.join(", "));
            if !complaints.is_empty() {
                println!("{counters:?}\n{}", complaints.join("\n"));
            }
        }
        let wrong: Vec<&str> =
            reports.iter().filter(|report| !report.complaints.is_empty()).map(|report| &*report.name).collect();
        assert!(wrong.is_empty(), "what is wrong is told above: {wrong:?}");
    }
}
