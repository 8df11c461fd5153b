//! A headless Chromium of a test's own, with the driver that clicks in it.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use mailgrant_core::{Host, SystemHost};
use serde_json::Value;
use tempfile::TempDir;
use thirtyfour::{By, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

use crate::driver::Wire;

/// How long anything is waited for, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked for.
const INTERVAL: Duration = Duration::from_millis(20);

/// The heading of a page with the text below it.
const SAID: &str = r#"return ["h1", "p"].map((name) => document.querySelector(name)?.textContent);"#;

/// For whoever runs these tests without what they need.
const PACKAGES: &str = "install Debian's packages chromium, chromium-driver (as root, `cargo xtask test` does that)";

/// The browser is root's in a container, shows our own pages alone, and speaks to nobody beyond loopback.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-port=0",
];

/// A browser with a profile of its own. Dropping it ends it.
pub(crate) struct Chromium {
    // They are dropped in this order: the session ends before the driver, that before the browser.
    session: WebDriver,
    driver: Running,
    browser: Running,
    home: TempDir,
}

/// A program that does not outlive its test.
struct Running {
    child: Child,
    /// Open until it ends, so that it can say what it likes.
    stdout: Option<BufReader<ChildStdout>>,
}

impl Chromium {
    /// Starts it with nothing of this machine's own around it.
    pub(crate) async fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let profile = home.path().join("profile");
        let log = home.path().join("log");
        let mut browser = command("chromium", home.path());
        browser.args(FLAGS).arg(format!("--user-data-dir={}", profile.display())).arg("about:blank");
        browser.stderr(fs::File::create(&log).unwrap());
        let mut browser = Running::start(browser);
        let port = browser.port_written(&profile.join("DevToolsActivePort")).await;
        let port = port.unwrap_or_else(|| panic!("Chromium does not listen: {}", fs::read_to_string(log).unwrap()));
        let address = format!("127.0.0.1:{port}");

        let mut driver = command("chromedriver", home.path());
        driver.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = Running::start(driver);
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_debugger_address(&address).unwrap();
        let port = driver.port_told();
        let session =
            WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities).client(Wire::new()).await.unwrap();
        Self { session, driver, browser, home }
    }

    pub(crate) async fn open(&self, url: &str) {
        self.session.goto(url).await.unwrap();
    }

    pub(crate) async fn back(&self) {
        self.session.back().await.unwrap();
    }

    pub(crate) async fn forward(&self) {
        self.session.forward().await.unwrap();
    }

    /// Clicks a button of the consent page.
    pub(crate) async fn press(&self, decision: &str) {
        let button = By::Css(format!("button[value={decision}]"));
        self.session.find(button).await.unwrap().click().await.unwrap();
    }

    /// What the page says, as soon as its heading is this one.
    pub(crate) async fn told(&self, heading: &str) -> String {
        let said = self.becomes(SAID, |said| said[0] == heading).await;
        said[1].as_str().unwrap().to_owned()
    }

    /// Where the browser is, as its page sees it.
    pub(crate) async fn address(&self) -> String {
        self.run("return location.href;", &[]).await.as_str().unwrap().to_owned()
    }

    /// What a script comes to, as soon as that is what is waited for.
    pub(crate) async fn becomes(&self, script: &str, expected: impl Fn(&Value) -> bool) -> Value {
        let mut last = String::new();
        let became = until(async || {
            // A page that is just leaving runs no script.
            let now = self.session.execute(script, Vec::new()).await.map(|now| now.json().clone());
            last = format!("{now:?}");
            now.ok().filter(&expected)
        });
        became.await.unwrap_or_else(|| panic!("after {PATIENCE:?} `{script}` still comes to {last}"))
    }

    /// What a script comes to.
    pub(crate) async fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.session.execute(script, arguments).await.unwrap().json().clone()
    }

    /// The entries that the back button goes through.
    pub(crate) async fn history(&self) -> Value {
        self.session.cdp().send_raw("Page.getNavigationHistory", ()).await.unwrap()
    }

    /// Ends it as its user would, so that it writes down what it has in mind: each of its files, with the contents.
    pub(crate) async fn quit(self) -> Vec<(PathBuf, Vec<u8>)> {
        let Self { session, driver, mut browser, home } = self;
        // It may be gone before it answers. The session goes with its driver.
        let _ = session.cdp().send_raw("Browser.close", ()).await;
        let _ = session.leak();
        drop(driver);
        until(async || browser.child.try_wait().unwrap()).await.expect("Chromium ends");
        files(home.path())
    }
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().map(BufReader::new);
        Self { child, stdout }
    }

    /// The port that Chromium has written down, unless it ended.
    async fn port_written(&mut self, file: &Path) -> Option<u16> {
        let written = || fs::read_to_string(file).ok()?.split_once('\n')?.0.parse().ok();
        until(async || self.child.try_wait().unwrap().map(|_| None).or_else(|| written().map(Some))).await.flatten()
    }

    /// The port that chromedriver has printed.
    fn port_told(&mut self) -> u16 {
        let lines = self.stdout.as_mut().unwrap().lines();
        let told = lines.map(Result::unwrap).find(|line| line.contains("successfully on port"));
        let told = told.expect("chromedriver ended before it had a port");
        told.trim_end_matches('.').rsplit(' ').next().unwrap().parse().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is waited for, unless it takes too long.
async fn until<T>(mut happened: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let began = SystemHost.monotonic();
    while SystemHost.monotonic() - began < PATIENCE {
        let it = happened().await;
        if it.is_some() {
            return it;
        }
        SystemHost.sleep(INTERVAL).await;
    }
    None
}

/// A program of a Debian package.
fn command(name: &str, home: &Path) -> Command {
    let path = env::var_os("PATH").unwrap_or_default();
    let program = env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    let program = program.unwrap_or_else(|| panic!("{name} is not installed: {PACKAGES}"));
    let mut command = Command::new(program);
    command.env_clear().env("PATH", path).env("HOME", home).env("TMPDIR", home);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .flat_map(|entry| match entry.file_type().unwrap() {
            kind if kind.is_dir() => files(&entry.path()),
            // A helper of the browser that ends after it may take a file along.
            kind if kind.is_file() => fs::read(entry.path()).map(|bytes| (entry.path(), bytes)).into_iter().collect(),
            _ => Vec::new(),
        })
        .collect()
}
