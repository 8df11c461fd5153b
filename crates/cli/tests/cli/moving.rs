//! What the tests of `import` or `export` share: accounts as other code holds them.

use std::process::Command;

use mailgrant_core::{
    AuthorizationCode, Callback, Client, Credentials, Endpoints, TokenRecord, Tokens,
    secrecy::{ExposeSecret, SecretString},
};
use mailgrant_getresponse::GetResponse;
use serde_json::{Value, json};

use crate::rig::{Done, ID, Rig, SECRET, callback};

/// The tokens of an account that other code obtained.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Held {
    /// The line that its holder hands over.
    pub(crate) fn line(&self, account: &str) -> Value {
        json!({ "account": account, "access_token": self.access, "refresh_token": self.refresh })
    }
}

/// A client of the app, as other code has one.
pub(crate) fn client(rig: &Rig) -> Client<GetResponse> {
    let emulator = &rig.emulator;
    let endpoints = Endpoints::parse(&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url()).unwrap();
    Client::new(GetResponse::at(endpoints), Credentials::new(ID, SECRET)).unwrap()
}

/// A login of other code's.
pub(crate) async fn held(rig: &Rig) -> Held {
    let login = client(rig).begin(AuthorizationCode::registered());
    let back = callback(login.authorize_url().as_str());
    let login = login.receive(Callback::parse(&back).unwrap()).unwrap();
    of(login.exchange().await.unwrap().into_record())
}

/// A refresh of other code's.
pub(crate) async fn refreshed(rig: &Rig, held: &Held) -> Result<Held, mailgrant_core::Error> {
    use mailgrant_core::Standing;
    let tokens = Tokens { refresh_token: Some(held.refresh.clone().into()), ..Tokens::default() };
    let Standing::Lapsed(session) = client(rig).import(AuthorizationCode::registered(), tokens).unwrap() else {
        panic!("there is no access token")
    };
    Ok(of(session.refresh().await?.into_record()))
}

#[expect(clippy::disallowed_methods, reason = "a test looks at the secret")]
fn of(record: TokenRecord) -> Held {
    let tokens = record.into_tokens();
    let opened = |token: Option<SecretString>| token.unwrap().expose_secret().to_owned();
    Held { access: opened(tokens.access_token), refresh: opened(tokens.refresh_token) }
}

/// An `import` of the app that the emulator knows.
pub(crate) fn import(rig: &Rig, args: &[&str]) -> Command {
    let mut command = rig.command(["import", "getresponse"]);
    command.args(args).args(rig.endpoints()).args(["--client-id", ID]).env("MAILGRANT_CLIENT_SECRET", SECRET);
    command
}

pub(crate) fn done(mut command: Command) -> Done {
    command.output().unwrap().into()
}

/// The outcomes by account, as `--json` tells them.
pub(crate) fn outcomes(done: &Done) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let lines = done.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| (text(&line["account"]), text(&line["outcome"]), text(&line["code"]))).collect()
}

/// Nothing of these is in what a command said.
pub(crate) fn hides(done: &Done, held: &[&Held]) {
    for token in held.iter().flat_map(|held| [&held.access, &held.refresh]).map(String::as_str).chain([SECRET]) {
        assert!(!done.stdout.contains(token) && !done.stderr.contains(token), "{done:?}");
    }
}
