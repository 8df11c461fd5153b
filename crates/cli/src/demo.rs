//! `mailgrant demo`: every way to a token at both providers, played against the emulator.

mod accounts;
mod book;
mod browser;
mod callback_server;
mod chapter;
mod connection;
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
    story::play(&mut world, &mut book).await;
    world.close().await;
    book.close()
}

fn introduce(world: &World, faults: &[Armed]) {
    tell(&format!("The emulator of GetResponse and VerticalResponse listens at {},", world.emulator.url()));
    tell(&format!("the demo's own service at {}.", world.callbacks.address()));
    tell("The store is in a temporary folder, its key in another.");
    for fault in faults {
        tell(&format!("The emulator is told to misbehave: {fault}."));
    }
}

/// One line of the story. If nobody reads it any more, the exit code still says how it ended.
fn tell(line: &str) {
    let _ = say::line(&say::plain(line));
}
