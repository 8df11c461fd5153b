//! The binary `mailgrant`: a person's hands on the library.

mod accounts;
mod adopt;
mod app;
mod args;
mod call;
mod connect;
mod demo;
mod disconnect;
mod emulate;
mod ending;
mod environment;
mod events;
mod exit;
mod export;
mod home;
mod identity;
mod import;
mod keys;
mod loopback;
mod migrate;
mod note;
mod provider;
mod redirect;
mod refresh;
mod running;
mod say;
mod sealed;
#[cfg(test)]
mod stopping;
mod store;
mod token;
mod until;
mod whose;

use std::{alloc::System, process::ExitCode};

use clap::{CommandFactory, FromArgMatches};
use zeroizing_alloc::ZeroAlloc;

use crate::{
    args::{Args, Command},
    exit::{Exit, Stop},
    running::Running,
};

/// Tokens pass through buffers that are not ours; here all of them are wiped when they are freed.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    let command = Args::command().mut_subcommand("emulate", emulate::with_knobs);
    let args = match command.try_get_matches().and_then(|matches| Args::from_arg_matches(&matches)) {
        Ok(args) => args,
        Err(error) => return say_usage(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Stop::new(Exit::Failure, format!("no runtime can be started: {error}")).say(),
    };
    let code = runtime.block_on(run(args));
    // A thread that still reads the terminal must not keep the process.
    runtime.shutdown_background();
    code
}

async fn run(args: Args) -> ExitCode {
    let running = match Running::new(args.places) {
        Ok(running) => running,
        Err(stop) => return stop.say(),
    };
    let result = tokio::select! {
        biased;
        result = dispatch(&running, &args.command) => result,
        () = interrupted(&args.command) => Err(Stop::new(Exit::Interrupted, args.command.interrupted())),
    };
    running.shut_down().await;
    result.unwrap_or_else(Stop::say)
}

async fn dispatch(running: &Running, command: &Command) -> Result<ExitCode, Stop> {
    let done = |()| ExitCode::SUCCESS;
    match command {
        Command::Connect(args) => connect::run(running, args).await.map(done),
        Command::Adopt(args) => adopt::run(running, args).await.map(done),
        Command::Accounts(args) => accounts::run(running, args).await.map(done),
        Command::Token(args) => token::run(running, args).await.map(done),
        Command::Call(args) => call::run(running, args).await,
        Command::Refresh(args) => refresh::run(running, args).await.map(done),
        Command::Disconnect(args) => disconnect::run(running, args).await.map(done),
        Command::Import(args) => import::run(running, args).await.map(done),
        Command::Export(args) => export::run(running, args).await.map(done),
        Command::Identity(args) => identity::run(args).map(done),
        Command::Migrate(args) => migrate::run(running, args).await.map(done),
        Command::Keys(args) => keys::run(running, args).await.map(done),
        Command::Events(args) => events::run(running, args).await.map(done),
        Command::Emulate(args) => emulate::run(args).await.map(done),
        Command::Demo(args) => Ok(demo::run(args).await),
    }
}

/// Help and version are data; what is wrong with a command line is for a person, and quotes it.
fn say_usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        say::words(&say::without_passwords(error.to_string().trim_end()));
        return Exit::Usage.into();
    }
    say::line(error.to_string().trim_end()).map_or_else(Stop::say, |()| ExitCode::SUCCESS)
}

/// Ends when somebody wants the process to end, so that a renewal under way is saved first; the emulator has nothing
/// to save, and an end of its own.
async fn interrupted(command: &Command) {
    if matches!(command, Command::Emulate(_)) {
        std::future::pending::<()>().await;
    }
    ending::asked_for().await;
}
