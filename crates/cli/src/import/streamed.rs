//! Streamed: accounts that the old code hands over line by line, each with its line.

use std::collections::HashMap;

use super::{
    aside,
    fields::{Field, Fields},
    flaw::Flaw,
    house::{self, House, Place},
    lines::Lines,
    owners::Owners,
    report::{Line, Outcome, Report},
    trouble::Trouble,
};
use crate::exit::Stop;

/// Accounts that come line by line.
pub(super) struct Streamed<'a> {
    house: &'a House,
    lines: Lines,
    dry: bool,
    /// In which line an account came.
    came: HashMap<String, usize>,
    owners: Owners,
}

impl<'a> Streamed<'a> {
    pub(super) fn new(house: &'a House, lines: Lines, dry: bool) -> Self {
        Self { house, lines, dry, came: HashMap::new(), owners: Owners::default() }
    }

    pub(super) async fn run(&mut self, report: &mut Report) -> Result<(), Stop> {
        while let Some((number, fields)) = self.lines.next().await? {
            let account = fields.as_ref().ok().and_then(|fields| fields.text(Field::Account)).map(str::to_owned);
            let (outcome, flaw) = match self.take(number, fields).await {
                Ok(outcome) => (outcome, None),
                Err(Trouble::One(outcome, flaw)) => (outcome, Some(flaw)),
                Err(Trouble::All(stop)) => return Err(stop),
            };
            report.say(&Line { number: Some(number), account, outcome, flaw })?;
        }
        Ok(())
    }

    /// Its writer has let go of it, so that it only has to be put in.
    async fn take(&mut self, number: usize, fields: Result<Fields, Flaw>) -> Result<Outcome, Trouble> {
        let fields = fields?;
        let (name, record) = self.house.record(&fields, false)?;
        if let Some(before) = self.came.insert(name.clone(), number) {
            return Err(Flaw::new("account_twice", format!("line {before} was of the same account")).into());
        }
        self.owners.expect(&name, fields.secret(Field::RefreshToken))?;
        // Otherwise the account of these tokens would be taken for the one of those.
        if let Some(aside) = aside::load(&self.house.vault, self.house.provider(), &name).await?.1 {
            return Err(aside.elsewhere().into());
        }
        match self.house.look(&name, &record).await? {
            Place::Here => {
                if !self.dry {
                    self.house.note_app(&name, &record).await?;
                }
                return Ok(Outcome::Here);
            }
            Place::Other(_) => return Err(house::occupied()),
            Place::Free(_) => {}
        }
        if !self.dry {
            self.house.keep(&name, record).await?;
        }
        Ok(Outcome::Imported)
    }
}
