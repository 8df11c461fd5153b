//! `mailgrant token`: an access token on stdout, nothing else.

use crate::{
    args::AccountArgs,
    exit::{Exit, Stop},
    running::Running,
    say,
};

pub(crate) async fn run(running: &Running, args: &AccountArgs) -> Result<(), Stop> {
    let opened = running.open(&args.account).await?;
    let bearer = opened.account.token().await.map_err(|error| opened.stop(error))?;
    let header = bearer.header();
    let Some(token) = header.as_bytes().strip_prefix(b"Bearer ") else {
        return Err(Stop::new(Exit::Bug, "the token is no bearer token"));
    };
    say::data(&[token, b"\n"].concat())
}
