//! The binary `mailgrant` in a home of its own, with an emulator that knows one app.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU16, Ordering},
    },
};

use mailgrant_emulator::{App, Emulator, Settings};
use tempfile::TempDir;

use crate::service::{ID, SECRET};

pub(crate) struct Home {
    pub(crate) folder: TempDir,
    pub(crate) emulator: Emulator,
    pub(crate) redirect: String,
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A `connect` that waits. Dropping it kills it.
pub(crate) struct Login {
    pub(crate) child: Child,
    /// Open, so that it can go on speaking.
    _stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    /// What it printed on stdout.
    pub(crate) url: String,
}

/// An answer of its listener.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Home {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let redirect = format!("http://127.0.0.1:{}/callback", free_port());
        let mut settings = Settings::default();
        change(&mut settings);
        let app = App::new(ID, SECRET).redirect_uri(&redirect);
        let emulator = Emulator::builder().settings(settings).app(app).start().await.unwrap();
        emulator.settings(|settings| settings.account = Some("customer@example.com".to_owned()));
        Self { folder: tempfile::tempdir().unwrap(), emulator, redirect }
    }

    /// The binary, with nothing of this machine's own around it.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path().join("config"))
            .env("XDG_DATA_HOME", self.folder.path().join("data"))
            .args(args)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Done {
        self.command(args).output().unwrap().into()
    }

    /// A command with a line on its stdin.
    pub(crate) fn feed(&self, args: &[&str], line: &str) -> Done {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It may end before it reads.
        let _ = child.stdin.take().unwrap().write_all(line.as_bytes());
        child.wait_with_output().unwrap().into()
    }

    /// A `connect` of the emulator's app.
    pub(crate) fn connect(&self, args: &[&str]) -> Command {
        self.connect_to(&self.redirect, args)
    }

    /// The same, with another redirect URI.
    pub(crate) fn connect_to(&self, redirect: &str, args: &[&str]) -> Command {
        let (emulator, mut command) = (&self.emulator, self.command(&["connect", "getresponse", "--no-browser"]));
        command
            .args(["--client-id", ID, "--redirect-uri", redirect, "--timeout", "120"])
            .args(["--authorize-url", &emulator.authorize_url()])
            .args(["--token-url", &emulator.token_url()])
            .args(["--api-url", &emulator.api_url()])
            .args(args)
            .env("MAILGRANT_CLIENT_SECRET", SECRET);
        command
    }

    /// The account `main`, connected.
    pub(crate) fn connected(&self) {
        let login = Login::start(self.connect(&[]));
        assert_eq!(get(&callback(&login.url)).status, 200);
        assert_eq!(login.end().code, 0);
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("data/mailgrant/mailgrant.db")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder.path().join("config/mailgrant/sealing-key")
    }

    pub(crate) fn token_requests(&self) -> u64 {
        self.emulator.counters().token_requests
    }
}

impl Login {
    /// Starts it, and waits until it has printed its address.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut url = String::new();
        stdout.read_line(&mut url).unwrap();
        if url.is_empty() {
            let mut said = String::new();
            stderr.read_to_string(&mut said).unwrap();
            panic!("no address, but: {said}");
        }
        Self { child, _stdout: stdout, stderr, url: url.trim_end().to_owned() }
    }

    /// Writes a line to its stdin, which must be a pipe.
    pub(crate) fn paste(&mut self, line: &str) {
        writeln!(self.child.stdin.take().unwrap(), "{line}").unwrap();
    }

    /// Waits until it ends by itself.
    pub(crate) fn end(mut self) -> Done {
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        Done { code, stdout: self.url.clone(), stderr }
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// Plays the customer: where the consent page sends the browser.
pub(crate) fn callback(url: &str) -> String {
    let page = get(url);
    let location = page.text.lines().find_map(|line| line.strip_prefix("location: "));
    location.unwrap_or_else(|| panic!("no redirect, but {page:?}")).to_owned()
}

pub(crate) fn get(url: &str) -> Page {
    let (host, path) = split(url);
    request(host, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
}

/// Sends these bytes, and reads what comes until the end.
pub(crate) fn request(host: &str, bytes: &str) -> Page {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    Page { status, text }
}

/// Host and path of an `http` address.
pub(crate) fn split(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    rest.split_at(rest.find('/').unwrap())
}

/// A port that nobody has, below those that the system gives out by itself.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let offset = (std::process::id() as u16).wrapping_mul(61).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = 20_000 + offset % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// The binary that these sources make. It lies beside this program; cargo makes it there unless it has just done so.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let this = fs::canonicalize(std::env::current_exe().unwrap()).unwrap();
        let folder = this.parent().and_then(Path::parent).unwrap();
        let profile = match folder.file_name().unwrap().to_str().unwrap() {
            "debug" => "dev",
            other => other,
        };
        // The features of the whole workspace's tests, so that there is one build of everything.
        let mut cargo = Command::new(env!("CARGO"));
        // What cargo has told this program of its package is none of that build's business: crates would be made anew.
        let told = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|ours| name.starts_with(ours));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(told)) {
            cargo.env_remove(name);
        }
        let made = cargo
            .args(["test", "--quiet", "--workspace", "--all-features", "--test", "cli", "--no-run"])
            .args(["--profile", profile])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
            .status()
            .unwrap();
        assert!(made.success(), "the binary cannot be made");
        folder.join("mailgrant")
    })
}
