//! What a process still holds of its secrets once it is done with them (24).

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Write},
    os::unix::fs::FileExt,
    process::{Child, ChildStdout, Command, Stdio},
};

use mailgrant_core::{
    AuthorizationCode, Callback, Client, Credentials, Endpoints, Standing, TokenRecord, http::Method,
};
use mailgrant_getresponse::GetResponse;
use mailgrant_storage::{AccountKey, KeyRing, Vault, sqlite::SqliteStore};

use crate::{
    binary::{Home, Login, callback, get},
    server::{Server, http},
    service::{SECRET, opened, parameter},
};

/// How often each of these texts stands in the memory of a process.
fn copies<const N: usize>(pid: u32, texts: [&str; N]) -> [usize; N] {
    const CHUNK: usize = 1 << 20;
    let memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let longest = texts.iter().map(|text| text.len()).max().unwrap();
    let mut found = [0; N];
    for region in maps.lines().filter(|line| line.split(' ').nth(1).unwrap().starts_with("rw")) {
        let (from, to) = region.split(' ').next().unwrap().split_once('-').unwrap();
        let [mut from, to] = [from, to].map(|address| u64::from_str_radix(address, 16).unwrap());
        let (mut bytes, mut carried) = (vec![0; CHUNK + longest], 0);
        while from < to {
            let wanted = usize::try_from(to - from).unwrap().min(CHUNK);
            let Ok(read) = memory.read_at(&mut bytes[carried..carried + wanted], from) else { break };
            if read == 0 {
                break;
            }
            let filled = &bytes[..carried + read];
            for (found, text) in found.iter_mut().zip(texts) {
                // What lies in the carried part alone was counted before.
                let fresh = carried.saturating_sub(text.len() - 1);
                *found += filled[fresh..].windows(text.len()).filter(|window| *window == text.as_bytes()).count();
            }
            let keep = filled.len().min(longest - 1);
            let begin = filled.len() - keep;
            bytes.copy_within(begin..begin + keep, 0);
            carried = keep;
            from += read as u64;
        }
    }
    found
}

/// Which server the child is to use; that it is set makes a process the child.
const CHILD: &str = "MAILGRANT_SECURITY_CHILD";

/// A secret that is written down nowhere in the child: each of its bytes is this one's neighbour.
const MASKED: &[u8] = b"b`m`sx,rdbsds,32e86111";

fn unmasked() -> String {
    let mut text = String::with_capacity(MASKED.len());
    MASKED.iter().for_each(|byte| text.push(char::from(byte ^ 1)));
    text
}

const FIRST: [&str; 2] = ["canary-access-1f0c2a9e", "canary-refresh-77b1d04c"];
const SECOND: [&str; 2] = ["canary-access-9d2e6b51", "canary-refresh-c3a85f20"];

/// The child says a word, then waits for leave to go on.
fn pause(word: &str) {
    let mut stdout = io::stdout();
    writeln!(stdout, "\n{word}").unwrap();
    stdout.flush().unwrap();
    io::stdin().read_line(&mut String::new()).unwrap();
}

async fn live(url: &str) {
    let endpoints = Endpoints::parse(url, &format!("{url}/token"), url).unwrap();
    let client = Client::new(GetResponse::at(endpoints), Credentials::new("id", unmasked())).unwrap();
    let login = client.begin(AuthorizationCode::registered());
    let state = parameter(login.authorize_url().as_str(), "state").to_owned();
    let callback = Callback::parse(&format!("code=c&state={state}")).unwrap();
    let session = login.receive(callback).unwrap().exchange().await.unwrap();
    client.send(session.bearer().request(Method::GET, "/accounts").unwrap()).await.unwrap();
    // To rest, as a store would have it, and back.
    let bytes = session.into_record().encode();
    let record = TokenRecord::decode(opened(&bytes)).unwrap();
    let Ok(Standing::Live(session)) = client.restore::<AuthorizationCode>(record) else { panic!("it is live") };
    let Standing::Lapsed(lapsed) = session.expire() else { panic!("it can be refreshed") };
    let session = lapsed.refresh().await.unwrap();
    client.send(session.bearer().request(Method::GET, "/accounts").unwrap()).await.unwrap();
    drop(bytes);
    pause("holding");
    drop(session);
}

/// The child's voice.
struct Voice {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Voice {
    fn hear(&mut self, word: &str) {
        let mut line = String::new();
        while line.trim_end() != word {
            line.clear();
            assert!(self.stdout.read_line(&mut line).unwrap() > 0, "it ended before it said `{word}`");
        }
    }

    fn go_on(&mut self) {
        writeln!(self.child.stdin.as_mut().unwrap()).unwrap();
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Over plain HTTP, without the help of an allocator. What is claimed is the library's own buffers, and the one in which an
/// answer arrived: the one in which a header left is hyper's, and is known by what stands before the token in it.
#[test]
fn security_24_the_library_leaves_no_copy_of_a_secret_in_its_own_buffers() {
    if let Ok(url) = std::env::var(CHILD) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(live(&url));
        drop(runtime);
        return pause("done");
    }
    let issued = |[access, refresh]: [&str; 2]| {
        // With spaces, which no JSON of ours has.
        let body = format!(r#"{{"access_token" : "{access}", "expires_in" : 3600, "refresh_token" : "{refresh}"}}"#);
        http("200 OK", "", &body)
    };
    let server = Server::start(move |request| match request {
        request if request.contains("authorization_code") => issued(FIRST),
        request if request.contains("grant_type=refresh_token") => issued(SECOND),
        _ => http("200 OK", "", "{}"),
    });
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "memory::security_24_the_library_leaves_no_copy_of_a_secret_in_its_own_buffers",
            "--exact",
            "--nocapture",
        ])
        .env(CHILD, &server.url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (pid, mut voice) = (child.id(), Voice { child, stdout });
    let secret = unmasked();
    let secrets = [&*secret, FIRST[0], FIRST[1], SECOND[0], SECOND[1]];
    voice.hear("holding");
    let held = copies(pid, secrets);
    assert!(held[0] > 0 && held[3] > 0 && held[4] > 0, "what is in use is found: {held:?}");
    voice.go_on();
    voice.hear("done");
    let all = copies(pid, secrets);
    let sent = secrets.map(|secret| format!("authorization: Bearer {secret}"));
    let sent = copies(pid, sent.each_ref().map(String::as_str));
    let own: Vec<usize> = (0..5).map(|index| all[index] - sent[index]).collect();
    assert_eq!(own, [0; 5], "client secret, both access tokens with their refresh tokens; in all {all:?}");
    voice.go_on();
}

/// The binary, which wipes what is freed, whoever allocated it.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_24_the_binary_leaves_no_copy_of_a_token() {
    let home = Home::new().await;
    let first = Login::start(home.connect(&["--account", "first"]));
    let address = callback(&first.url);
    drop(first);
    // A login that was begun earlier comes back to a command that goes on waiting for its own.
    let waiting = Login::start(home.connect(&["--account", "second"]));
    assert_eq!(get(&address).status, 200);
    let store = SqliteStore::open(home.store()).await.unwrap();
    let vault = Vault::new(store, KeyRing::from_file(&home.key_file(), home.store().parent()).unwrap());
    let key = AccountKey::new("default", "getresponse", "first").unwrap();
    let record = vault.load(&key).await.unwrap().unwrap().record.unwrap();
    let bytes = record.encode();
    let tokens: serde_json::Value = serde_json::from_slice(opened(&bytes)).unwrap();
    let [access, refresh] = ["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap());
    let [secret, access, refresh] = copies(waiting.child.id(), [SECRET, access, refresh]);
    assert!(secret > 0, "what is in use is found");
    assert_eq!((access, refresh), (0, 0));
}
