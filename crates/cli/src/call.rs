//! `mailgrant call`: one request to the API, its answer's body on stdout.

mod answer;
mod body;

use std::process::ExitCode;

use mailgrant_core::{
    Bearer,
    bytes::Bytes,
    http::{Request, Response},
};

use crate::{
    args::CallArgs,
    exit::Stop,
    running::{Opened, Running},
};

pub(crate) async fn run(running: &Running, args: &CallArgs) -> Result<ExitCode, Stop> {
    let body = args.data.as_deref().map(body::read).transpose()?;
    let opened = running.open(&args.account).await?;
    let in_account = |error| opened.stop(error);
    let mut bearers = vec![opened.account.token().await.map_err(in_account)?];
    let mut answer = send(&opened, &bearers[0], args, body.as_ref()).await.map_err(in_account)?;
    if bearers[0].is_rejected_by(&answer) {
        let renewed = opened.account.reject(&bearers[0]).await.map_err(in_account)?;
        // Whatever comes now is the answer: 1014 does not prove a bad token.
        answer = send(&opened, &renewed, args, body.as_ref()).await.map_err(in_account)?;
        bearers.push(renewed);
    }
    answer::print(&answer, &bearers)
}

async fn send(
    opened: &Opened,
    bearer: &Bearer,
    args: &CallArgs,
    body: Option<&Bytes>,
) -> Result<Response<Bytes>, mailgrant_core::Error> {
    let mut request: Request<Bytes> = bearer.request(args.method.clone(), &args.path)?;
    if let Some(body) = body {
        *request.body_mut() = body.clone();
    }
    opened.client.send(request).await
}
