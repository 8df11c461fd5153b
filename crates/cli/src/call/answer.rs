//! The answer of a call: body on stdout, status on stderr.

use std::process::ExitCode;

use mailgrant_core::{
    Bearer,
    bytes::Bytes,
    http::{Response, header::RETRY_AFTER},
};

use crate::{
    exit::{Exit, Stop},
    say,
};

/// Prints the answer without the tokens that it echoes; the exit code that its status comes to.
pub(super) fn print(answer: &Response<Bytes>, bearers: &[Bearer]) -> Result<ExitCode, Stop> {
    say::words(&format!("HTTP {}", answer.status()));
    let body = redacted(answer.body(), bearers);
    if say::stdout_is_terminal() {
        say::line(&String::from_utf8_lossy(&body))?;
    } else {
        say::data(&body)?;
    }
    let status = answer.status().as_u16();
    let exit = match status {
        200..=299 => return Ok(ExitCode::SUCCESS),
        429 | 500..=599 => Exit::TryLater,
        _ => Exit::Failure,
    };
    let pause = answer.headers().get(RETRY_AFTER).and_then(|pause| pause.to_str().ok()?.trim().parse::<u64>().ok());
    if let Some(pause) = pause.filter(|_| exit == Exit::TryLater) {
        say::words(&format!("mailgrant: try again in {pause} s"));
    }
    Ok(exit.into())
}

/// The bytes of the body; tokens are ASCII, so they stand within its text.
fn redacted(body: &[u8], bearers: &[Bearer]) -> Vec<u8> {
    let mut redacted = Vec::with_capacity(body.len());
    for chunk in body.utf8_chunks() {
        let text = bearers.iter().fold(chunk.valid().to_owned(), |text, bearer| bearer.redact(&text));
        redacted.extend_from_slice(text.as_bytes());
        redacted.extend_from_slice(chunk.invalid());
    }
    redacted
}
