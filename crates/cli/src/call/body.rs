//! The body of a call, from where `--data` says.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use mailgrant_core::bytes::Bytes;

use crate::exit::{Exit, Stop};

/// As it is, from a file (`@PATH`), or from stdin (`-`).
pub(super) fn read(data: &str) -> Result<Bytes, Stop> {
    if data == "-" {
        let mut body = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut body);
        return read
            .map(|_| body.into())
            .map_err(|error| Stop::new(Exit::Usage, format!("the body cannot be read from stdin: {error}")));
    }
    match data.strip_prefix('@') {
        Some(path) => fs::read(path).map(Into::into).map_err(|error| {
            Stop::new(Exit::Usage, format!("the body cannot be read: {error}")).about(Path::new(path))
        }),
        None => Ok(Bytes::copy_from_slice(data.as_bytes())),
    }
}
