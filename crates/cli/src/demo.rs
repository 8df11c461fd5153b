//! `mailgrant demo`: the story of one account, played against the emulator.

mod book;
mod browser;
mod callback_server;
mod faults;
mod files;
mod host;
mod promise;
mod step;
mod story;
mod tokens;
mod world;

use std::process::ExitCode;

use self::{book::Book, faults::Armed, world::World};
use crate::{
    args::DemoArgs,
    exit::{Exit, Stop},
    say,
};

/// Plays the story: 0 if every promise was kept, 1 if one broke, 2 if a fault is none.
pub(crate) async fn run(args: &DemoArgs) -> ExitCode {
    let faults = match args.fault.iter().map(|text| text.parse()).collect::<Result<Vec<Armed>, _>>() {
        Ok(faults) => faults,
        Err(error) => return Stop::new(Exit::Usage, error).say(),
    };
    let mut world = match World::open(args.headless, &faults).await {
        Ok(world) => world,
        Err(error) => {
            return Stop::new(Exit::Failure, format!("the demo's stage cannot be set up: {error}")).say();
        }
    };
    introduce(&world, &faults);
    let mut book = Book::new(world.host.clone(), args.headless);
    // Where the story stopped, if it did, is in the book.
    let _ = story::play(&mut world, &mut book).await;
    world.close().await;
    book.close()
}

fn introduce(world: &World, faults: &[Armed]) {
    tell(&format!("GetResponse's emulator listens at {}, the demo's own service", world.emulator.url()));
    tell(&format!("at {}. The store is in a temporary folder, its key in another.", world.callbacks.address()));
    for fault in faults {
        tell(&format!("The emulator is told to misbehave: {fault}."));
    }
    tell("");
}

/// One line of the story. If nobody reads it any more, the exit code still says how it ended.
fn tell(line: &str) {
    let _ = say::line(&say::plain(line));
}
