//! A home of its own, an emulator, the binary.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio},
    sync::atomic::{AtomicU16, Ordering},
};

use mailgrant_emulator::{App, Emulator, Settings};
use tempfile::TempDir;

pub(crate) const ID: &str = "client-id";
pub(crate) const SECRET: &str = "client-secret-7f3a";

/// Who consents, unless a test says otherwise: the account that the app belongs to, so that every grant is of one.
pub(crate) const OWNER: &str = "owner-v2d8aa0e8d580@example.com";

/// A home of its own, an emulator that knows one app.
pub(crate) struct Rig {
    pub(crate) home: TempDir,
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
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    heard: String,
    /// What it printed on stdout.
    pub(crate) url: String,
}

/// What a page is.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Rig {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let redirect = format!("http://127.0.0.1:{}/callback", free_port());
        let mut settings = Settings::default();
        settings.account = Some(OWNER.to_owned());
        change(&mut settings);
        let app = App::new(ID, SECRET).redirect_uri(&redirect);
        let emulator = Emulator::builder().settings(settings).app(app).start().await.unwrap();
        Self { home: tempfile::tempdir().unwrap(), emulator, redirect }
    }

    /// The binary, with nothing of this machine's own around it.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailgrant"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .env("XDG_DATA_HOME", self.home.path().join("data"))
            .args(args)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Done {
        self.command(args).output().unwrap().into()
    }

    /// A `connect` of the app that the emulator knows.
    pub(crate) fn connect(&self, args: &[&str]) -> Command {
        let mut command = self.reconnect(args);
        command.args(self.endpoints()).args(["--client-id", ID, "--redirect-uri", &self.redirect]);
        command.env("MAILGRANT_CLIENT_SECRET", SECRET);
        command
    }

    /// A `connect` with nothing but what is remembered.
    pub(crate) fn reconnect(&self, args: &[&str]) -> Command {
        let mut command = self.command(["connect", "getresponse", "--no-browser"]);
        command.args(args);
        command
    }

    pub(crate) fn endpoints(&self) -> [String; 6] {
        [
            "--authorize-url".to_owned(),
            self.emulator.authorize_url(),
            "--token-url".to_owned(),
            self.emulator.token_url(),
            "--api-url".to_owned(),
            self.emulator.api_url(),
        ]
    }

    /// The account `main`, connected.
    pub(crate) fn connected(&self) {
        let login = Login::start(self.connect(&[]));
        assert_eq!(get(&callback(&login.url)).status, 200);
        let done = login.end();
        assert_eq!(done.code, 0, "{done:?}");
    }

    /// A command that is handed a line, or nothing, on stdin.
    pub(crate) fn feed(&self, args: &[&str], line: &str) -> Done {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It may end before it reads.
        let _ = child.stdin.take().unwrap().write_all(line.as_bytes());
        child.wait_with_output().unwrap().into()
    }

    /// `adopt` at the emulator, with the token on stdin.
    pub(crate) fn adopt(&self, args: &[&str], line: &str) -> Done {
        let endpoints = self.endpoints();
        let all: Vec<_> = ["adopt"].iter().chain(args).copied().chain(endpoints.iter().map(String::as_str)).collect();
        self.feed(&all, line)
    }

    pub(crate) fn token(&self) -> String {
        let done = self.run(["token", "main"]);
        assert_eq!(done.code, 0, "{done:?}");
        done.stdout.trim_end().to_owned()
    }

    /// The first account as `accounts --json` tells it.
    pub(crate) fn listed(&self) -> serde_json::Value {
        let done = self.run(["accounts", "--json"]);
        assert_eq!(done.code, 0, "{done:?}");
        serde_json::from_str::<serde_json::Value>(&done.stdout).unwrap()[0].clone()
    }

    pub(crate) fn token_requests(&self) -> u64 {
        self.emulator.counters().token_requests
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.home.path().join("config/mailgrant/sealing-key")
    }

    /// Every byte below the data directory.
    pub(crate) fn stored_bytes(&self) -> Vec<u8> {
        let files = fs::read_dir(self.home.path().join("data/mailgrant")).unwrap();
        files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
    }

    pub(crate) fn write(&self, name: &str, contents: &str) -> String {
        let path = self.home.path().join(name);
        fs::write(&path, contents).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Login {
    /// Starts it, and waits until it has printed its address.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut url = String::new();
        stdout.read_line(&mut url).unwrap();
        if url.is_empty() {
            let mut said = String::new();
            stderr.read_to_string(&mut said).unwrap();
            panic!("no address, but: {said}");
        }
        Self { child, stdout, stderr, heard: String::new(), url: url.trim_end().to_owned() }
    }

    /// Reads stderr until a line has `text` in it.
    pub(crate) fn hear(&mut self, text: &str) {
        loop {
            let mut line = String::new();
            assert!(self.stderr.read_line(&mut line).unwrap() > 0, "it never said `{text}`, but: {}", self.heard);
            self.heard.push_str(&line);
            if line.contains(text) {
                return;
            }
        }
    }

    /// Writes a line to its stdin, which must be a pipe.
    pub(crate) fn paste(&mut self, line: &str) {
        writeln!(self.child.stdin.take().unwrap(), "{line}").unwrap();
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it ends by itself.
    pub(crate) fn end(mut self) -> Done {
        let (mut stdout, mut stderr) = (String::new(), std::mem::take(&mut self.heard));
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.stderr.read_to_string(&mut stderr).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        assert_eq!(stdout, "", "stdout holds the address alone");
        Done { code, stdout, stderr }
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
    let location = page.head.lines().find_map(|line| line.strip_prefix("location: "));
    location.unwrap_or_else(|| panic!("no redirect, but {page:?}")).to_owned()
}

pub(crate) fn get(url: &str) -> Page {
    let (host, path) = split(url);
    request(host, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
}

/// Sends these bytes, and reads what comes until the end.
pub(crate) fn request(host: &str, head: &str) -> Page {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Page { status, head: head.to_owned(), body: body.to_owned() }
}

/// Host and path of an `http` address.
pub(crate) fn split(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    rest.split_at(rest.find('/').unwrap())
}

/// The value of a parameter, as it stands in an address.
pub(crate) fn parameter<'a>(url: &'a str, name: &str) -> &'a str {
    let query = url.split_once('?').unwrap().1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap()
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

pub(crate) fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
