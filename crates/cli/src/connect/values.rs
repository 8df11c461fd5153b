//! What the app is: as given, else as remembered, else as a person says.

use std::{env, fs, path::Path};

use mailgrant_core::secrecy::SecretString;

use super::ask;
use crate::{
    app::{App, GrantName, NAMELESS},
    args::{AdoptArgs, AppArgs},
    environment::{Environment, getresponse},
    exit::{Exit, Stop},
    provider::ProviderName,
    say,
};

const REDIRECT_URI: &str = "http://127.0.0.1:8765/callback";
const SECRET: &str = "MAILGRANT_CLIENT_SECRET";

/// What there is to resolve.
pub(crate) struct Asked<'a> {
    pub(crate) provider: ProviderName,
    pub(crate) args: &'a AppArgs,
    /// Whether an address is to be pasted.
    pub(crate) paste: bool,
    /// Whether a person is to be told where the app is registered.
    pub(crate) aloud: bool,
}

/// The app to begin with. What was remembered fills in for what is not given.
pub(crate) async fn resolve(asked: &Asked<'_>, remembered: Option<&App>) -> Result<App, Stop> {
    let args = asked.args;
    let grant = grant(asked, remembered)?;
    let environment = remembered.map(|app| &app.environment);
    let environment = Environment::resolve(asked.provider, &args.environment, &args.vertical, environment)?;
    let redirect_uri = args.redirect_uri.clone().or_else(|| remembered.map(|app| app.redirect_uri.clone()));
    let redirect_uri = redirect_uri.unwrap_or_else(|| REDIRECT_URI.to_owned());
    if asked.aloud {
        say_where_apps_are(&environment, grant, &redirect_uri);
    }
    // An app of another generation is another app.
    let remembered = remembered.filter(|app| app.environment.generation() == environment.generation());

    let named = remembered.filter(|app| app.client_secret.is_some() || app.client_id != NAMELESS);
    let given = args.client_id.clone().or_else(|| named.map(|app| app.client_id.clone()));
    let client_id = match given {
        Some(id) => id,
        None if say::stdin_is_terminal() => ask::plainly("Client id").await?,
        None => return Err(missing(&environment, "the client id", "--client-id or MAILGRANT_CLIENT_ID")),
    };
    // A secret goes to the app and the server that it was given for, and to no other.
    let same = remembered.filter(|app| app.client_id == client_id && app.environment.is_served_as(&environment));
    let client_secret = match (given_secret(args)?, same.and_then(|app| app.client_secret.clone())) {
        (Some(secret), _) | (None, Some(secret)) => secret,
        (None, None) if say::stdin_is_terminal() => ask::secretly("Client secret").await?,
        (None, None) => {
            return Err(missing(&environment, "the client secret", "--client-secret-file or MAILGRANT_CLIENT_SECRET"));
        }
    };
    Ok(App {
        client_id,
        client_secret: Some(client_secret),
        environment,
        redirect_uri,
        send_redirect_uri: args
            .send_redirect_uri
            .unwrap_or_else(|| remembered.is_some_and(|app| app.send_redirect_uri)),
        pkce: args.pkce.unwrap_or_else(|| remembered.is_some_and(|app| app.pkce)),
        json_body: args.environment.json_body.unwrap_or_else(|| remembered.is_some_and(|app| app.json_body)),
        grant,
    })
}

/// What of a token that was adopted is to be remembered: it needs neither id nor secret.
pub(crate) fn of_adopted(args: &AdoptArgs, remembered: Option<&App>) -> Result<App, Stop> {
    let server = remembered.and_then(|app| app.environment.as_getresponse());
    let environment = Environment::GetResponse(getresponse::Server::resolve(&args.environment, server)?);
    let given = args.client_id.clone().or_else(|| remembered.map(|app| app.client_id.clone()));
    let client_id = given.unwrap_or_else(|| NAMELESS.to_owned());
    let same = remembered.filter(|app| app.client_id == client_id && app.environment.is_served_as(&environment));
    Ok(App {
        client_secret: same.and_then(|app| app.client_secret.clone()),
        client_id,
        environment,
        redirect_uri: remembered.map_or_else(|| REDIRECT_URI.to_owned(), |app| app.redirect_uri.clone()),
        send_redirect_uri: remembered.is_some_and(|app| app.send_redirect_uri),
        pkce: remembered.is_some_and(|app| app.pkce),
        json_body: args.environment.json_body.unwrap_or_else(|| remembered.is_some_and(|app| app.json_body)),
        grant: GrantName::Adopted,
    })
}

/// The grant, if every option that is given means something with it.
fn grant(asked: &Asked<'_>, remembered: Option<&App>) -> Result<GrantName, Stop> {
    let args = asked.args;
    // What was adopted says nothing about how its successor is come by.
    let before = remembered.map(|app| app.grant).filter(|grant| *grant != GrantName::Adopted);
    let grant = args.grant.or(before).unwrap_or_default();
    let of_code = [("--send-redirect-uri", args.send_redirect_uri.is_some()), ("--pkce", args.pkce.is_some())];
    let of_consent = [("--redirect-uri", args.redirect_uri.is_some()), ("--paste", asked.paste)];
    let meaningless: Vec<_> = match grant {
        GrantName::ClientCredentials => of_consent.into_iter().chain(of_code).collect(),
        GrantName::Implicit => of_code.into(),
        GrantName::AuthorizationCode | GrantName::Adopted => Vec::new(),
    };
    match meaningless.into_iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Stop::new(
            Exit::Usage,
            format!("{option} means nothing with the grant {}: leave it out, or name another grant", grant.word()),
        )),
        None => Ok(grant),
    }
}

/// The secret in the file, else in the environment.
fn given_secret(args: &AppArgs) -> Result<Option<SecretString>, Stop> {
    if let Some(path) = &args.client_secret_file {
        return read_secret(path).map(|secret| Some(secret.into()));
    }
    match env::var(SECRET) {
        Ok(secret) => Ok(Some(secret.into())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Stop::new(Exit::Configuration, format!("{SECRET} is not text"))),
    }
}

/// Reads a secret's file, without the one newline that an editor puts at its end.
pub(crate) fn read_secret(path: &Path) -> Result<String, Stop> {
    let text = fs::read_to_string(path).map_err(|error| {
        Stop::new(Exit::Configuration, format!("the client secret cannot be read: {error}")).about(path)
    })?;
    let secret = text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(secret.to_owned())
}

fn say_where_apps_are(environment: &Environment, grant: GrantName, redirect_uri: &str) {
    let redirect = match grant {
        GrantName::ClientCredentials => String::new(),
        _ => format!("\n{}", environment.redirect(redirect_uri)),
    };
    say::words(&format!("{}{redirect}", environment.registration()));
}

fn missing(environment: &Environment, what: &str, how: &str) -> Stop {
    let place = match environment {
        Environment::GetResponse(_) => "https://app.getresponse.com/authorizations, after a click on the app's name",
        Environment::VerticalResponse(_) => "the place where the app is registered",
    };
    Stop::new(Exit::Configuration, format!("{what} is needed: give {how}; both are shown at {place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_newline_is_no_part_of_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for (written, read) in [("s", "s"), ("s\n", "s"), ("s\r\n", "s"), (" s \n\n", " s \n"), ("a:+%&\n", "a:+%&")] {
            fs::write(&path, written).unwrap();
            assert_eq!(read_secret(&path).unwrap(), read, "{written:?}");
        }
    }
}
