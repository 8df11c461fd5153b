//! `cargo xtask servers`: starts them, prints their addresses, ends them when its input ends.

use std::{
    fs::{self, File},
    io::{self, Read},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{
    READY,
    account::Account,
    postgres::{self, Server, found},
};
use crate::{
    failure::{Failure, Outcome},
    folder::Folder,
    say,
    sh::Sh,
};

pub(crate) fn keep(sh: &Sh, durable: bool) -> Outcome {
    // What is declared first is dropped last.
    let folder = Folder::outside_of(sh.root(), "servers")?;
    let account = Account::of(sh)?;
    let below = folder.path().join("servers");
    account.folder(&below)?;

    let redis_port = free_port()?;
    let redis = Running::start("redis-server", &mut redis(sh, &below, redis_port)?, &below)?;
    let data = postgres::make(sh, &account, &below)?;
    let troubled = postgres::copy(&account, &data, "troubled")?;
    let calm = Server::start(sh, &account, &data, free_port()?, durable)?;
    let troubled = Server::start(sh, &account, &troubled, free_port()?, durable)?;
    let port = free_port()?;
    let pgbouncer = Running::start("pgbouncer", &mut pgbouncer(sh, &account, &below, &calm, port)?, &below)?;
    redis.answers(redis_port)?;
    pgbouncer.answers(port)?;

    say::line(format!("MAILGRANT_POSTGRES={}", calm.address));
    say::line(format!("MAILGRANT_PGBOUNCER=postgres://postgres@127.0.0.1:{port}/postgres"));
    say::line(format!("MAILGRANT_REDIS=redis://127.0.0.1:{redis_port}"));
    say::line(format!("MAILGRANT_TROUBLED_POSTGRES={}", troubled.address));
    say::line(format!("MAILGRANT_TROUBLED_POSTGRES_CONTROL={}", troubled.control.display()));
    say::line(READY);
    io::stdin().read_to_end(&mut Vec::new()).map_err(Failure::of("the input cannot be read"))?;
    Ok(())
}

/// It keeps nothing: what is lost with it is for a test to say.
fn redis(sh: &Sh, folder: &Path, port: u16) -> Outcome<Command> {
    let mut command = Command::new(found(sh, "redis-server")?);
    command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no", "--dir"]);
    command.arg(folder);
    Ok(command)
}

/// In transaction mode, with Debian's settings beside.
fn pgbouncer(sh: &Sh, account: &Account, folder: &Path, server: &Server, port: u16) -> Outcome<Command> {
    let Some((_, server)) = server.address.rsplit_once(':') else {
        return Failure::because(format!("`{}` names no port", server.address));
    };
    let server = server.trim_end_matches("/postgres");
    let settings = folder.join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host=127.0.0.1 port={server} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
         listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\nmax_client_conn = 2000\n"
    );
    fs::write(&settings, text).map_err(Failure::of(format!("{} cannot be written", settings.display())))?;
    let mut command = account.command(&found(sh, "pgbouncer")?, folder);
    command.arg(settings);
    Ok(command)
}

/// Nobody listens there, for now.
fn free_port() -> Outcome<u16> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    free.map(|address| address.port()).map_err(Failure::of("no port of 127.0.0.1 is free"))
}

/// A server that stays in the foreground, killed when dropped.
struct Running {
    name: &'static str,
    process: Child,
}

impl Running {
    fn start(name: &'static str, command: &mut Command, folder: &Path) -> Outcome<Self> {
        let log = folder.join(name).with_extension("log");
        let log = File::create(&log).map_err(Failure::of(format!("{} cannot be written", log.display())))?;
        let again = log.try_clone().map_err(Failure::of("a log cannot be shared"))?;
        let process = command.stdin(Stdio::null()).stdout(log).stderr(again).spawn();
        Ok(Self { name, process: process.map_err(Failure::of(format!("{name} did not start")))? })
    }

    /// Waits until somebody listens at `port`.
    #[expect(clippy::disallowed_methods, reason = "nothing tells when another program is ready")]
    fn answers(&self, port: u16) -> Outcome {
        for _ in 0..500 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Failure::because(format!("{} does not listen", self.name))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
