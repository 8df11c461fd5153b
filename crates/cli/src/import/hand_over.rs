//! Hand-over: accounts taken from code that goes on, one by one.
//!
//! Four steps, so that no moment has two who may refresh, and no end of this process loses a token: (a) the tokens are
//! put aside here, dormant; (b) the old code is told, in one step that names the refresh token that was read; (c) it is
//! an account here; (d) what was put aside is erased. Whoever goes on begins with what lies aside.

use std::{collections::HashSet, time::Duration};

use mailgrant_core::{Error, Host, SystemHost, TokenRecord};
use mailgrant_storage::Version;

use super::{
    aside::{self, Aside},
    fields::Field,
    flaw::Flaw,
    house::{self, House, Place},
    old::{Old, Row},
    owners::Owners,
    report::{Line, Outcome, Report},
    trouble::Trouble,
};
use crate::exit::Stop;

/// How often an account is read again that the old code refreshed meanwhile.
const TRIES: usize = 8;

/// Accounts taken from code that goes on.
pub(super) struct HandingOver<'a, O> {
    house: &'a House,
    old: O,
    dry: bool,
    /// How long a refresh of the old code's may be under way when an account is taken.
    settle: Duration,
    told: HashSet<String>,
    owners: Owners,
}

/// How far an account is.
enum Step {
    /// The old code has let go of it, and its tokens lie aside.
    Taken,
    Done(Outcome),
}

impl<'a, O: Old> HandingOver<'a, O> {
    pub(super) fn new(house: &'a House, old: O, dry: bool, settle: Duration) -> Self {
        Self { house, old, dry, settle, told: HashSet::new(), owners: Owners::default() }
    }

    /// What lies aside first, then page by page what the old code has.
    pub(super) async fn run(&mut self, report: &mut Report) -> Result<(), Stop> {
        let left = aside::all(&self.house.vault, self.house.provider()).await?;
        self.batch(left.into_iter().map(|name| (name, None)).collect(), report).await?;
        let mut after = None;
        loop {
            let page = self.old.page(after.as_deref()).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.fields.text(Field::Account).map(str::to_owned);
            let named = |row: Row| (row.fields.text(Field::Account).unwrap_or_default().to_owned(), Some(row));
            self.batch(page.into_iter().map(named).collect(), report).await?;
        }
    }

    /// Takes them all, waits for what the old code may still write, then makes them accounts.
    async fn batch(&mut self, accounts: Vec<(String, Option<Row>)>, report: &mut Report) -> Result<(), Stop> {
        let mut taken = Vec::new();
        for (name, row) in accounts {
            if self.told.contains(&name) {
                continue;
            }
            let step = match row {
                Some(row) => self.take(&name, row).await,
                None => self.take_up(&name).await,
            };
            match step {
                Ok(Some(Step::Taken)) => taken.push(name),
                Ok(Some(Step::Done(outcome))) => self.tell(Line::good(&name, outcome), report)?,
                // It is another import's.
                Ok(None) => {}
                Err(trouble) => self.tell_trouble(&name, trouble, report)?,
            }
        }
        if !taken.is_empty() {
            SystemHost.sleep(self.settle).await;
        }
        for name in taken {
            match self.finish(&name).await {
                Ok(outcome) => self.tell(Line::good(&name, outcome), report)?,
                Err(trouble) => self.tell_trouble(&name, trouble, report)?,
            }
        }
        Ok(())
    }

    /// Goes on with an account that lies aside; `None` if it was put there from somewhere else.
    async fn take_up(&mut self, name: &str) -> Result<Option<Step>, Trouble> {
        let Some(aside) = self.aside(name).await?.1 else { return Ok(None) };
        if aside.from != self.old.name() {
            return Ok(None);
        }
        if aside.record.identity() != self.house.client.identity() {
            return Err(Flaw::new(
                "client_mismatch",
                "its tokens were put aside for another app: give the options of that one, and its import goes on",
            )
            .into());
        }
        if self.dry {
            return Ok(Some(Step::Done(Outcome::Imported)));
        }
        match self.old.row(name).await? {
            Some(row) if row.held().is_some() => match self.take(name, row).await {
                // The old code has them, and keeps them.
                Err(trouble @ Trouble::One(Outcome::Conflict, _)) => {
                    aside::erase(&self.house.vault, self.house.provider(), name, aside.version).await?;
                    Err(trouble)
                }
                step => step,
            },
            _ => Ok(Some(Step::Taken)),
        }
    }

    /// Steps (a) and (b), again if the old code refreshes in between.
    async fn take(&mut self, name: &str, mut row: Row) -> Result<Option<Step>, Trouble> {
        for _ in 0..TRIES {
            let (_, record) = self.house.record(&row.fields, true)?;
            self.owners.expect(name, row.refresh_token())?;
            let place = self.house.look(name, &record).await?;
            if let Place::Other(_) = place {
                return Err(house::occupied());
            }
            let Some(token) = row.held().cloned() else { return self.take_unrenewed(name, record, place).await };
            if self.dry {
                let outcome = if place == Place::Here { Outcome::Here } else { Outcome::Imported };
                return Ok(Some(Step::Done(outcome)));
            }
            if let Place::Free(over) = place {
                self.put_aside(name, over, &record).await?;
            }
            if self.old.take(name, &token).await? {
                let is_here = place == Place::Here;
                return Ok(Some(if is_here { Step::Done(Outcome::Here) } else { Step::Taken }));
            }
            row = match self.old.row(name).await? {
                Some(again) if again.held().is_some() => again,
                _ => {
                    return Err(
                        Flaw::new("taken_elsewhere", "the old code, or another import, has let go of it").into()
                    );
                }
            };
        }
        Err(Flaw::new("account_restless", "the old code went on refreshing it while it was to be taken").into())
    }

    /// Nobody refreshes it, so that there is nothing to let go of.
    async fn take_unrenewed(&self, name: &str, record: TokenRecord, place: Place) -> Result<Option<Step>, Trouble> {
        match place {
            Place::Here => Ok(Some(Step::Done(Outcome::Here))),
            Place::Free(Some(_)) => Err(Trouble::conflict(
                "account_given_up",
                "it was given up here, and the old code holds no refresh token that would say that it is another grant",
            )),
            _ => {
                if !self.dry {
                    self.house.keep(name, record).await?;
                }
                Ok(Some(Step::Done(Outcome::Imported)))
            }
        }
    }

    /// Steps (c) and (d).
    async fn finish(&mut self, name: &str) -> Result<Outcome, Trouble> {
        match self.old.row(name).await? {
            // What it had under way when it was told came after all, and is the newest.
            Some(row) if row.held().is_some() => {
                if let Some(Step::Done(outcome)) = self.take(name, row).await? {
                    return Ok(outcome);
                }
            }
            Some(row) if row.refresh_token().is_some() => {
                let (_, record) = self.house.record(&row.fields, true)?;
                if let Some(aside) = self.aside(name).await?.1.filter(|aside| !aside.record.same_refresh_token(&record))
                {
                    self.put_aside(name, aside.over, &record).await?;
                }
            }
            _ => {}
        }
        // Another run was faster.
        let Some(aside) = self.aside(name).await?.1 else { return Ok(Outcome::Here) };
        match self.house.look(name, &aside.record).await? {
            Place::Free(_) => self.house.keep(name, aside.record).await?,
            Place::Here => self.house.note_app(name).await?,
            // It was made one here, and was renewed since.
            Place::Other(version) if version != Version::after(aside.over) => self.house.note_app(name).await?,
            Place::Other(_) => {
                return Err(Trouble::conflict(
                    "account_connected",
                    "an account of that name was connected here meanwhile; the tokens that the old code gave lie aside, sealed, until that one is disconnected and this command is run again",
                ));
            }
        }
        aside::erase(&self.house.vault, self.house.provider(), name, aside.version).await?;
        Ok(Outcome::Imported)
    }

    async fn aside(&self, name: &str) -> Result<(Option<Version>, Option<Aside>), Error> {
        aside::load(&self.house.vault, self.house.provider(), name).await
    }

    async fn put_aside(&self, name: &str, over: Option<Version>, record: &TokenRecord) -> Result<(), Trouble> {
        let (seen, before) = self.aside(name).await?;
        if let Some(before) = before.filter(|before| before.from != self.old.name()) {
            return Err(Flaw::new(
                "aside_elsewhere",
                format!("tokens of it lie aside from {}: run the import from there first", before.from),
            )
            .into());
        }
        let (vault, provider) = (&self.house.vault, self.house.provider());
        match aside::put(vault, provider, name, seen, self.old.name(), over, record).await {
            Err(error) if error.code() == "store_conflict" => {
                Err(Flaw::new("taken_elsewhere", "another import is about to take it").into())
            }
            put => Ok(put?),
        }
    }

    fn tell_trouble(&mut self, name: &str, trouble: Trouble, report: &mut Report) -> Result<(), Stop> {
        match trouble {
            Trouble::One(outcome, flaw) => self.tell(Line::bad(name, outcome, flaw), report),
            Trouble::All(stop) => Err(stop),
        }
    }

    fn tell(&mut self, line: Line, report: &mut Report) -> Result<(), Stop> {
        self.told.extend(line.account.clone());
        report.say(&line)
    }
}
