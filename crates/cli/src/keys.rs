//! `mailgrant keys`: the keys that seal what is kept.

mod file;
mod list;
mod pages;
mod reseal;

use self::{file::KeyFile, pages::Pages};
use crate::{
    args::{KeysArgs, KeysCommand},
    exit::{Exit, Stop},
    running::Running,
    say,
    store::{self, Place},
};

pub(crate) async fn run(running: &Running, args: &KeysArgs) -> Result<(), Stop> {
    match &args.command {
        KeysCommand::List(args) => list::run(running, args).await,
        KeysCommand::Add => add(running).await,
        KeysCommand::Rotate(args) => rotate(running, &args.id),
        KeysCommand::Reseal => reseal::run(running).await,
    }
}

async fn add(running: &Running) -> Result<(), Stop> {
    let lair = store::find(running.places())?;
    if !lair.key_file.exists() {
        return make(running).await;
    }
    let mut file = KeyFile::to_change(&lair)?;
    let id = file.add()?;
    file.write()?;
    say::line(&id)?;
    say::words(&format!(
        "{}: the key `{id}` is new there: it opens, and seals nothing yet. Give the file to every process, start them \
         again, then run `mailgrant keys rotate {id}`.",
        lair.key_file.display()
    ));
    Ok(())
}

/// The first key of a store in which nothing is sealed yet: another one would open nothing of it.
async fn make(running: &Running) -> Result<(), Stop> {
    let lair = store::find(running.places())?;
    match &lair.store {
        Place::File(..) => drop(running.vault().await?),
        Place::Server(server) => {
            let vault = store::open_sealed(running.places()).await?;
            let mut pages = Pages::of(&vault);
            while let Some(page) = pages.next().await? {
                if page.iter().any(|(_, row)| row.sealed.is_some()) {
                    return Err(store::key_is_missing(&lair.key_file, server.name())
                        .next("bring the key from where the store is used already, or from its copy"));
                }
            }
            lair.make_key()?;
        }
    }
    let file = KeyFile::read(&lair)?;
    say::line(file.primary())?;
    say::words(&format!(
        "{}: made, with one key. Keep a copy of it, and give it to every process that shares the store.",
        lair.key_file.display()
    ));
    Ok(())
}

fn rotate(running: &Running, id: &str) -> Result<(), Stop> {
    let lair = store::find(running.places())?;
    let mut file = KeyFile::to_change(&lair)?;
    if !file.ids().any(|known| known == id) {
        return Err(Stop::new(Exit::Usage, format!("{}: there is no key `{id}`", lair.key_file.display()))
            .next("`mailgrant keys list` lists those there are, `mailgrant keys add` makes one"));
    }
    if file.primary() == id {
        say::words(&format!("`{id}` is the primary key already."));
        return Ok(());
    }
    file.put_first(id);
    file.write()?;
    say::words(&format!(
        "{}: `{id}` is the primary key from now on, for whoever starts with this file. Give it to every process, then \
         run `mailgrant keys reseal`.",
        lair.key_file.display()
    ));
    Ok(())
}
