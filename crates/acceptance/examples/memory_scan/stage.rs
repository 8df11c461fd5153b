//! The processes: an emulator beside the clients that are searched, one over plain HTTP, one over TLS.

use std::process::{Command, ExitCode};

use base64::{Engine, engine::general_purpose::STANDARD};
use mailgrant_core::{Credentials, Host, ReqwestTransport, SystemHost, secrecy::SecretBox};
use mailgrant_emulator::{App, Emulator};
use mailgrant_storage::KeyRing;

use crate::{
    life::{self, Given},
    needles::{HEAD, Needles, masked, unmasked},
    relay,
    scan::{self, Copied},
    table::{self, Table},
};

const ID: &str = "client-id";
/// What the client is told; that one is set makes a process the client.
const ADDRESSES: &str = "MEMORY_SCAN_ADDRESSES";
const SECRETS: [&str; 3] = ["MEMORY_SCAN_SECRET", "MEMORY_SCAN_BASIC", "MEMORY_SCAN_KEY"];

/// What a client's connections are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    PlainHttp,
    Tls,
}

/// `is_excused` says which copies may be left in the end.
pub(crate) fn run(allocator: &str, is_excused: fn(Over, &Copied) -> bool) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match std::env::var(ADDRESSES) {
        Ok(addresses) => client(runtime, &addresses, allocator, is_excused),
        Err(_) => provider(),
    }
}

/// Draws the secrets, runs the emulator, starts the clients one after the other.
fn provider() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut drawn = [0; 30];
    SystemHost.random(&mut drawn);
    let secret = STANDARD.encode(drawn).replace(['+', '/'], "x");
    let mut key = [0; 32];
    SystemHost.random(&mut key);
    let basic = STANDARD.encode(format!("{ID}:{secret}"));
    let app = App::new(ID, &*secret).redirect_uri(mailgrant_acceptance::REDIRECT_URI);
    let emulator = runtime.block_on(Emulator::builder().app(app).start()).unwrap();
    let (plain, secured) = (emulator.url(), relay::start(&emulator.url()));
    let ended = [&plain, &secured].map(|to| {
        // The browser's way is no way of the client's.
        let [token, api] = [emulator.token_url(), emulator.api_url()].map(|url| url.replace(&*plain, to));
        let mut client = Command::new(std::env::current_exe().unwrap());
        client.env(ADDRESSES, [emulator.authorize_url(), token, api].join(" "));
        client.envs(SECRETS.into_iter().zip([secret.as_bytes(), basic.as_bytes(), &key].map(masked)));
        client.status().unwrap().success()
    });
    if ended == [true; 2] { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Lives, forgets, searches itself.
fn client(
    runtime: tokio::runtime::Runtime,
    addresses: &str,
    allocator: &str,
    is_excused: fn(Over, &Copied) -> bool,
) -> ExitCode {
    let over = if addresses.contains("https://") { Over::Tls } else { Over::PlainHttp };
    let mut needles = Needles::default();
    let [secret, basic, key] = SECRETS.map(|name| std::env::var(name).unwrap());
    needles.note("client secret", &unmasked(&secret));
    needles.note("client secret, as Basic", &unmasked(&basic));
    needles.note("sealing key", &unmasked(&key));
    let mut addresses = addresses.split(' ').map(str::to_owned);
    let given = Given {
        addresses: [(); 3].map(|()| addresses.next().unwrap()),
        transport: ReqwestTransport::builder().trust_pem(relay::CERTIFICATE).unwrap().build().unwrap(),
        credentials: Credentials::new(ID, String::from_utf8(std::mem::take(&mut *unmasked(&secret))).unwrap()),
        ring: KeyRing::new("k", &SecretBox::new(Box::new(std::mem::take(&mut *unmasked(&key))))).unwrap(),
    };
    let living = runtime.block_on(life::live(given, &mut needles));
    let mut table = Table::of(&needles);
    table.add(scan::copies(&needles).unwrap());
    drop(living.session);
    table.add(scan::copies(&needles).unwrap());
    drop((living.client, living.vault));
    drop(runtime);
    let left = scan::copies(&needles).unwrap();
    table.add(left.clone());
    table.say(over, allocator, HEAD);
    table::judge(&left, |copied| is_excused(over, copied))
}
