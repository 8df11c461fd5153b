//! What the app is: as given, else as remembered, else as a person says.

use std::{env, fs, path::Path};

use mailgrant_core::{Provider, secrecy::SecretString};
use mailgrant_getresponse::GetResponse;

use super::ask;
use crate::{
    app::{App, Urls},
    args::ConnectArgs,
    exit::{Exit, Stop},
    say,
};

const REDIRECT_URI: &str = "http://127.0.0.1:8765/callback";
const SECRET: &str = "MAILGRANT_CLIENT_SECRET";
const WHERE: &str = "both are shown at https://app.getresponse.com/authorizations, after a click on the app's name";

/// The app to begin a login with. What was remembered fills in for what is not given.
pub(super) async fn resolve(args: &ConnectArgs, remembered: Option<&App>) -> Result<App, Stop> {
    let endpoints = given_endpoints(args).unwrap_or_else(|| remembered.and_then(|app| app.endpoints.clone()));
    let redirect_uri = args.redirect_uri.clone().or_else(|| remembered.map(|app| app.redirect_uri.clone()));
    let redirect_uri = redirect_uri.unwrap_or_else(|| REDIRECT_URI.to_owned());
    say_where_apps_are(endpoints.as_ref(), &redirect_uri);

    let given = args.client_id.clone().or_else(|| remembered.map(|app| app.client_id.clone()));
    let client_id = match given {
        Some(id) => id,
        None if say::stdin_is_terminal() => ask::plainly("Client id").await?,
        None => return Err(missing("the client id", "--client-id or MAILGRANT_CLIENT_ID")),
    };
    // A secret goes to the app and the server that it was given for, and to no other.
    let same = remembered.filter(|app| app.client_id == client_id && app.endpoints == endpoints);
    let client_secret = match (given_secret(args)?, same) {
        (Some(secret), _) => secret,
        (None, Some(app)) => app.client_secret.clone(),
        (None, None) if say::stdin_is_terminal() => ask::secretly("Client secret").await?,
        (None, None) => return Err(missing("the client secret", "--client-secret-file or MAILGRANT_CLIENT_SECRET")),
    };
    Ok(App {
        client_id,
        client_secret,
        endpoints,
        redirect_uri,
        send_redirect_uri: args
            .send_redirect_uri
            .unwrap_or_else(|| remembered.is_some_and(|app| app.send_redirect_uri)),
        pkce: args.pkce.unwrap_or_else(|| remembered.is_some_and(|app| app.pkce)),
    })
}

/// The endpoints on the command line; GetResponse's own are told as such.
fn given_endpoints(args: &ConnectArgs) -> Option<Option<Urls>> {
    let urls =
        Urls { authorize: args.authorize_url.clone()?, token: args.token_url.clone()?, api: args.api_url.clone()? };
    let retail = GetResponse::retail();
    let own = &retail.profile().endpoints;
    let is_own =
        urls.authorize == own.authorize.as_str() && urls.token == own.token.as_str() && urls.api == own.api.as_str();
    Some((!is_own).then_some(urls))
}

/// The secret in the file, else in the environment.
fn given_secret(args: &ConnectArgs) -> Result<Option<SecretString>, Stop> {
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

fn say_where_apps_are(endpoints: Option<&Urls>, redirect_uri: &str) {
    match endpoints {
        None => say::words(&format!(
            "An app is registered at https://app.getresponse.com/authorizations (in the panel: Integrations & API > \
            Authorizations, or Custom apps).\n\
            A click on its name there shows its client id and client secret.\n\
            The redirect URL registered there must be {redirect_uri}"
        )),
        Some(urls) => say::words(&format!(
            "The app must be registered at the server of {}, with the redirect URL {redirect_uri}",
            urls.authorize
        )),
    }
}

fn missing(what: &str, how: &str) -> Stop {
    Stop::new(Exit::Configuration, format!("{what} is needed: give {how}; {WHERE}"))
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
