//! The options of the commands that look after a store.

use clap::{Args as ClapArgs, Subcommand};

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Every command makes and migrates what it finds missing; this one does nothing else, so that it can be done before a new \
build is let loose, and by a role that may. A store on Redis has no schema. With a store on a server it needs no key.")]
pub(crate) struct MigrateArgs {
    /// Print the SQL that makes the schema on an empty store, for somebody else to run, and touch nothing
    #[arg(long)]
    pub(crate) print: bool,
}

#[derive(ClapArgs, Debug)]
#[command(disable_help_subcommand = true)]
#[command(after_help = "\
The key file has a key in each line. The first one is the primary key: it seals. All of them open. So a key is changed \
without a moment in which somebody cannot open what somebody else has sealed:
  1. `mailgrant keys add` puts a new key at the end; give the file to every process, and start them again
  2. `mailgrant keys rotate ID` makes it the primary one; give the file to every process once more
  3. `mailgrant keys reseal` seals with it what was sealed with another, and says when that one may leave
  4. delete the old key's line, everywhere

The key file is written anew beside its place, for its owner alone, then moved there: nobody reads half of it. Keep \
a copy of every key for as long as there are backups that were sealed with it.")]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List the keys by id, with how many accounts each has sealed: notes and disconnected accounts included
    List(ListArgs),
    /// Put a new key at the end of the key file: it opens, and seals nothing yet; without a key file, make one
    Add,
    /// Make a key the primary one, which seals: every process must have it in its key file by now
    Rotate(KeyArgs),
    /// Seal with the primary key what is sealed with another, while the store is in use; begin again where it ended
    Reseal,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct ListArgs {
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct KeyArgs {
    /// The key's id, as `mailgrant keys list` says it
    pub(crate) id: String,
}

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
A line has the event's id, its time by the store's clock, tenant/provider/account, what happened and, where there is \
one, why. No event holds a secret. Ids only grow: keep the last one, and begin behind it with --after. With a store on \
a server it needs no key.")]
pub(crate) struct EventsArgs {
    /// Only events behind this id
    #[arg(long, value_name = "ID", default_value_t = 0)]
    pub(crate) after: u64,
    /// Go on with what happens from now on, until Ctrl-C
    #[arg(long)]
    pub(crate) follow: bool,
    /// Print a JSON object in each line
    #[arg(long)]
    pub(crate) json: bool,
}
