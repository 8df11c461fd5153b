//! Hand-over: accounts taken from code that goes on, one by one.
//!
//! Four steps, so that no moment has two who may refresh, and no end of this process loses a token: (a) the tokens are
//! put aside here, dormant; (b) the old code is told, in one step that names the refresh token that was read; (c) it is
//! an account here; (d) what was put aside is erased. Whoever goes on begins with what lies aside.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    mem,
    time::Duration,
};

use mailgrant_core::{Error, Host, SystemHost, TokenRecord};
use mailgrant_storage::Version;

use super::{
    aside::{self, Aside},
    fields::Field,
    flaw::Flaw,
    house::{self, House, Place},
    old::{Old, Row},
    owners::{self, Owners},
    report::{Line, Outcome, Report},
    trace::{self, Trace},
    trouble::Trouble,
};
use crate::exit::Stop;

/// How often an account is read again that the old code refreshed meanwhile, then how often it is waited for.
const TRIES: usize = 8;

/// Accounts that are named where many have one token.
const NAMED: usize = 4;

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
        self.leave_shared(&left, report).await?;
        self.batch(left.into_iter().map(|name| (name, None)).collect(), report).await?;
        let mut after = None;
        loop {
            let page = self.old.page(after.as_deref()).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.fields.text(Field::Account).map(str::to_owned);
            let named = |row: Row| (row.account().to_owned(), Some(row));
            self.batch(page.into_iter().map(named).collect(), report).await?;
        }
    }

    /// Accounts with one refresh token end each other, whoever is taken first: all of them are left where they are.
    async fn leave_shared(&mut self, left: &[String], report: &mut Report) -> Result<(), Stop> {
        let mut sharing: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for row in self.old.shared().await? {
            let Some(token) = row.refresh_token() else { continue };
            sharing.entry(owners::hash(token)).or_default().insert(row.account().to_owned());
        }
        for name in left {
            let aside = match self.aside(name).await.map_err(Trouble::from) {
                Ok((_, Some(aside))) => aside,
                Err(Trouble::All(stop)) => return Err(stop),
                // What cannot be read is told when its turn comes.
                Ok((_, None)) | Err(Trouble::One(..)) => continue,
            };
            let Some(token) = aside.record.into_tokens().refresh_token else { continue };
            let holders = self.old.holders(&token).await?;
            if holders.iter().any(|row| row.account() != name) {
                let sharing = sharing.entry(owners::hash(&token)).or_default();
                sharing.insert(name.clone());
                sharing.extend(holders.iter().map(|row| row.account().to_owned()));
            }
        }
        for names in sharing.into_values() {
            for name in &names {
                let others: Vec<_> =
                    names.iter().filter(|other| *other != name).take(NAMED).map(|name| format!("`{name}`")).collect();
                let more = names.len() - 1 - others.len();
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let flaw = Flaw::new(
                    "token_twice",
                    format!(
                        "it has the refresh token of {}{more}, and whoever renews first ends the others",
                        others.join(", ")
                    ),
                );
                self.tell_trouble(name, flaw.into(), report).await?;
            }
        }
        Ok(())
    }

    /// Takes them all, waits for what the old code may still write, then makes them accounts.
    async fn batch(&mut self, accounts: Vec<(String, Option<Row>)>, report: &mut Report) -> Result<(), Stop> {
        let mut taken = Vec::new();
        for (name, row) in accounts {
            if self.told.contains(&name) {
                continue;
            }
            let step = match row {
                Some(row) => self.take(&name, row).await.map(Some),
                None => self.take_up(&name).await,
            };
            self.go_on(name, step, &mut taken, report).await?;
        }
        for _ in 0..TRIES {
            if taken.is_empty() {
                return Ok(());
            }
            SystemHost.sleep(self.settle).await;
            // Where something came after all, more may come: it waits once more.
            for name in mem::take(&mut taken) {
                let step = self.finish(&name).await.map(Some);
                self.go_on(name, step, &mut taken, report).await?;
            }
        }
        for name in taken {
            self.tell_trouble(&name, restless().into(), report).await?;
        }
        Ok(())
    }

    async fn go_on(
        &mut self,
        name: String,
        step: Result<Option<Step>, Trouble>,
        taken: &mut Vec<String>,
        report: &mut Report,
    ) -> Result<(), Stop> {
        match step {
            Ok(Some(Step::Taken)) => taken.push(name),
            Ok(Some(Step::Done(outcome))) => self.tell(Line::good(&name, outcome), report)?,
            // Another run was faster.
            Ok(None) => {}
            Err(trouble) => self.tell_trouble(&name, trouble, report).await?,
        }
        Ok(())
    }

    /// Goes on with an account that lies aside; `None` if it does not any more.
    async fn take_up(&mut self, name: &str) -> Result<Option<Step>, Trouble> {
        let Some(aside) = self.aside(name).await?.1 else { return Ok(None) };
        if aside.from != self.old.name() {
            return Err(aside.elsewhere().into());
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
                step => step.map(Some),
            },
            _ => {
                self.owners.expect(name, aside.record.into_tokens().refresh_token.as_ref())?;
                Ok(Some(Step::Taken))
            }
        }
    }

    /// Steps (a) and (b), again if the old code refreshes in between.
    async fn take(&mut self, name: &str, mut row: Row) -> Result<Step, Trouble> {
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
                return Ok(Step::Done(outcome));
            }
            if let Place::Free(over) = place {
                self.put_aside(name, over, &record).await?;
            }
            if self.old.take(name, &token).await? {
                let is_here = place == Place::Here;
                return Ok(if is_here { Step::Done(Outcome::Here) } else { Step::Taken });
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
        Err(restless().into())
    }

    /// Nobody refreshes it, so that there is nothing to let go of.
    async fn take_unrenewed(&self, name: &str, record: TokenRecord, place: Place) -> Result<Step, Trouble> {
        match place {
            Place::Here => Ok(Step::Done(Outcome::Here)),
            Place::Free(Some(_)) => Err(Trouble::conflict(
                "account_given_up",
                "it was given up here, and the old code holds no refresh token that would say that it is another grant",
            )),
            _ => {
                if !self.dry {
                    self.house.keep(name, record).await?;
                }
                Ok(Step::Done(Outcome::Imported))
            }
        }
    }

    /// Steps (c) and (d), unless something came from the old code after all.
    async fn finish(&mut self, name: &str) -> Result<Step, Trouble> {
        match self.old.row(name).await? {
            // What it had under way when it was told is the newest.
            Some(row) if row.held().is_some() => return self.take(name, row).await,
            Some(row) if row.refresh_token().is_some() => {
                let (_, record) = self.house.record(&row.fields, true)?;
                if let Some(aside) = self.aside(name).await?.1.filter(|aside| !aside.record.same_refresh_token(&record))
                {
                    self.put_aside(name, aside.over, &record).await?;
                    return Ok(Step::Taken);
                }
            }
            _ => {}
        }
        // Another run was faster.
        let Some(aside) = self.aside(name).await?.1 else { return Ok(Step::Done(Outcome::Here)) };
        self.settle(name, aside).await
    }

    /// What lies aside becomes the account, or has become it before, which has to be proved: it may be the only copy.
    async fn settle(&self, name: &str, aside: Aside) -> Result<Step, Trouble> {
        let (vault, provider) = (&self.house.vault, self.house.provider());
        let version = aside.version;
        match self.house.look(name, &aside.record).await? {
            Place::Here => self.house.note_app(name, &aside.record).await?,
            Place::Free(found) if found == aside.over => self.house.keep(name, aside.record).await?,
            Place::Free(found) => match trace::of(vault, &self.house.key(name)?, aside.over).await? {
                Trace::Imported => {
                    aside::erase(vault, provider, name, version).await?;
                    return Err(Trouble::conflict(
                        "account_given_up",
                        "it was taken over, and was given up here since: what lay aside of it is erased",
                    ));
                }
                // That was another grant. From here on the account is to go over what is left of it.
                Trace::Another => {
                    self.put_aside(name, found, &aside.record).await?;
                    return Ok(Step::Taken);
                }
                Trace::Unknown => {
                    return Err(Trouble::conflict(
                        "account_given_up",
                        "an account of that name was given up here since, and no event says whether it was this one",
                    ));
                }
            },
            Place::Other(_) => match trace::of(vault, &self.house.key(name)?, aside.over).await? {
                // It was made one here, and was renewed since.
                Trace::Imported => self.house.note_app(name, &aside.record).await?,
                Trace::Another | Trace::Unknown => {
                    return Err(Trouble::conflict(
                        "account_connected",
                        "an account of that name was connected here meanwhile: disconnect that one, and run this command again",
                    ));
                }
            },
        }
        aside::erase(vault, provider, name, version).await?;
        Ok(Step::Done(Outcome::Imported))
    }

    async fn aside(&self, name: &str) -> Result<(Option<Version>, Option<Aside>), Error> {
        aside::load(&self.house.vault, self.house.provider(), name).await
    }

    async fn put_aside(&self, name: &str, over: Option<Version>, record: &TokenRecord) -> Result<(), Trouble> {
        let (seen, before) = self.aside(name).await?;
        if let Some(before) = before.filter(|before| before.from != self.old.name()) {
            return Err(before.elsewhere().into());
        }
        let (vault, provider) = (&self.house.vault, self.house.provider());
        match aside::put(vault, provider, name, seen, self.old.name(), over, record).await {
            Err(error) if error.code() == "store_conflict" => {
                Err(Flaw::new("taken_elsewhere", "another import is about to take it").into())
            }
            put => Ok(put?),
        }
    }

    async fn tell_trouble(&mut self, name: &str, trouble: Trouble, report: &mut Report) -> Result<(), Stop> {
        match trouble {
            Trouble::One(outcome, flaw) => {
                let outcome = if self.is_aside_alone(name).await? { Outcome::Aside } else { outcome };
                self.tell(Line::bad(name, outcome, flaw), report)
            }
            Trouble::All(stop) => Err(stop),
        }
    }

    /// Whether its tokens lie aside from there, and the old code has let go of it.
    async fn is_aside_alone(&mut self, name: &str) -> Result<bool, Stop> {
        let is_aside = match self.aside(name).await {
            Ok((_, aside)) => aside.is_some_and(|aside| aside.from == self.old.name()),
            // Something lies there, and this build cannot read it.
            Err(_) => return Ok(false),
        };
        Ok(is_aside && self.old.row(name).await?.is_none_or(|row| row.held().is_none()))
    }

    fn tell(&mut self, line: Line, report: &mut Report) -> Result<(), Stop> {
        self.told.extend(line.account.clone());
        report.say(&line)
    }
}

fn restless() -> Flaw {
    Flaw::new("account_restless", "the old code went on refreshing it while it was to be taken")
}
