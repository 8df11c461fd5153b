//! A server of a test's own, to be stopped, starved or cut off.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use mailgrant_core::{Host, SystemHost};
use tempfile::TempDir;

use super::RedisStore;

/// It listens at a socket in its own folder, where no other can be.
pub(super) struct Server {
    options: Vec<String>,
    folder: TempDir,
    process: Option<Child>,
}

impl Server {
    /// A server with these options beside those that keep it to itself.
    pub(super) async fn start(options: &[&str]) -> Self {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let mut server = Self { options, folder: tempfile::tempdir().unwrap(), process: None };
        server.start_again().await;
        server
    }

    pub(super) fn url(&self) -> String {
        format!("redis+unix://{}", self.folder.path().join("socket").display())
    }

    /// Waits for it to answer.
    pub(super) async fn start_again(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--unixsocket", "socket", "--save", "", "--dir"]).arg(self.folder.path());
        let process = command.args(&self.options).stdout(Stdio::null()).spawn();
        self.process = Some(process.unwrap_or_else(|error| {
            panic!("redis-server cannot be run ({error}): `cargo xtask with-servers -- cargo test …` installs it")
        }));
        for _ in 0..500 {
            let client = ::redis::Client::open(self.url()).unwrap();
            if let Ok(mut connection) = client.get_multiplexed_async_connection().await {
                // A server that reads its file answers too, but not this; one that wants a password answers just that.
                match ::redis::cmd("DBSIZE").exec_async(&mut connection).await {
                    Ok(()) => return,
                    Err(error) if error.code() == Some("NOAUTH") => return,
                    Err(_) => {}
                }
            }
            pause(10).await;
        }
        panic!("the server did not come up");
    }

    /// As if the machine had lost its process: nothing is flushed or said.
    pub(super) fn kill(&mut self) {
        let mut process = self.process.take().expect("it runs");
        process.kill().unwrap();
        process.wait().unwrap();
    }

    pub(super) async fn store(&self) -> RedisStore {
        RedisStore::builder().patience(Duration::from_secs(5)).open(&self.url()).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}

/// Ports at which nobody listens just now.
pub(super) fn free_ports<const N: usize>() -> [String; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port().to_string())
}

pub(super) async fn pause(millis: u64) {
    SystemHost.sleep(Duration::from_millis(millis)).await;
}
