//! Steps 4 to 5: a code becomes a stored grant.

use std::time::Duration;

use mailgrant_core::{
    AuthorizationCode, Authorized, Callback, Client, CodeReceived, Error, OfferedBy, Provider, RenewalKind, Session,
    Standing, TokenRecord,
};
use mailgrant_storage::{Status, Version};
use secrecy::SecretString;

use super::{
    connecting::Login,
    consenting::{open, parameter},
    state,
};
use crate::demo::{
    connection::requests,
    promise::{Promises, Stopped},
    tokens::Tokens,
    world::World,
};

pub(super) async fn exchange(
    world: &World,
    told: &mut Promises,
    login: Login<CodeReceived>,
    callback: &SecretString,
) -> Result<TokenRecord, Stopped> {
    let (before, posts) = (state(&login), world.posts());
    let exchanged = told.promptly(login.exchange()).await;
    let session = exchanged.map_err(|setback| {
        let promise = match setback.error().code() {
            "token_type_unknown" => "the token's type is Bearer",
            _ => "a good code is answered with tokens",
        };
        told.stop(promise, setback.to_string())
    })?;
    told.check(world.posts() == posts + 1, "a code is spent with one request", || requests(world.posts() - posts));
    let after = state(&session);
    let record = session.into_record();
    let life = record.expires_at().remaining(record.obtained_at());
    told.check(life == Some(Duration::from_secs(3600)), "the token's life is 3600 seconds", || format!("{life:?}"));
    told.check(record.renewal() == RenewalKind::Refresh, "a refresh token comes with it", || "none came".to_owned());
    told.kept(format!("{before} -> {after}: a Bearer token for an hour, with a refresh token."));

    good_once(told, &world.accounts.main.client, AuthorizationCode::registered(), callback).await;
    Ok(record)
}

pub(super) async fn save(
    world: &World,
    told: &mut Promises,
    record: TokenRecord,
    callback: &SecretString,
) -> Result<(), Stopped> {
    let tokens = told.need(Tokens::of(&record), "a record can be read")?;
    let main = &world.accounts.main;
    let session = match main.client.restore::<AuthorizationCode>(record) {
        Ok(Standing::Live(session)) => session,
        Ok(standing) => return Err(told.stop("a session put to rest wakes as it was", format!("{standing:?}"))),
        Err(error) => return Err(told.stop("a session put to rest wakes as it was", error.to_string())),
    };
    main.keep(world, told, session).await?;
    let row = main.row(world, told).await?;
    told.check(
        row.version == Version::FIRST && row.status == Status::Active && row.sealed.is_some(),
        "the row is active, at version 1, sealed",
        || format!("{:?} at version {}", row.status, row.version.get()),
    );
    let files = told.need(world.files(), "the store's files can be read")?;
    // What may be read there is found, so what is not found is not there.
    told.check(files.hold(main.key.tenant()), "the files are the ones with the row in them", || {
        "they are not".to_owned()
    });
    let code = parameter(open(callback), "code").to_owned().into();
    let secrets = tokens.into_secrets().chain(world.accounts.client_secrets.clone()).chain([code]);
    let clear = secrets.filter(|secret| files.hold_secret(secret)).count();
    told.check(clear == 0, "the files hold no token, no code, no client secret", || {
        format!("{clear} lie there in clear")
    });
    told.kept(format!(
        "Version 1 is in the store. Its {} files, read as bytes, hold no secret in clear.",
        files.count()
    ));
    Ok(())
}

/// A code that was spent is spent for everybody.
pub(super) async fn good_once<P: Provider>(
    told: &mut Promises,
    client: &Client<P>,
    grant: AuthorizationCode,
    callback: &SecretString,
) where
    AuthorizationCode: OfferedBy<P>,
{
    match spend_again(client, grant, callback).await {
        Err(error) if error.code() == "code_refused" => {
            told.tell("The same code once more, as a thief would: refused.");
        }
        Err(error) => told.check(false, "a code that was spent is refused", || error.to_string()),
        Ok(_) => told.check(false, "a code is good for one exchange", || "a second one brought tokens".to_owned()),
    }
}

/// The stolen code in a login of the thief's own, whose state is theirs to know.
async fn spend_again<P: Provider>(
    client: &Client<P>,
    grant: AuthorizationCode,
    callback: &SecretString,
) -> Result<Session<P, AuthorizationCode, Authorized>, Error>
where
    AuthorizationCode: OfferedBy<P>,
{
    let login = client.begin(grant);
    let url = login.authorize_url();
    let (code, state) = (parameter(open(callback), "code"), parameter(url.as_str(), "state"));
    let callback = Callback::parse(&format!("code={code}&state={state}"))?;
    Ok(login.receive(callback)?.exchange().await?)
}
