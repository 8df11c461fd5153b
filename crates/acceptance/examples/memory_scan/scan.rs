//! The search of a process through its own memory.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
};

use zeroize::Zeroize;

use crate::needles::{HEAD, Needle, Needles};

/// How much of what precedes a copy is looked at: an answer's head fits in.
const CONTEXT: usize = 1024;
const CHUNK: usize = 1 << 20;

/// The memory that a copy lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Heap,
    Stack,
    /// Mapped without a file: large buffers, other threads' heaps with their stacks.
    Mapped,
    /// A file's writable pages: statics.
    Static,
}

/// What stands before a copy, which tells whose buffer it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    /// `authorization: `, in the head of a request as it was written to the connection.
    RequestHead,
    /// In an answer as it was read from the connection, the end of its head before it.
    Answer,
    /// In some other JSON: an answer's body by itself, a record.
    Json,
    /// A name with its `=`, in a form or a query.
    Form,
    /// Anything else: the value by itself.
    Bare,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Copied {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) context: Context,
}

/// Every copy of every needle in what this process can write to, but for the buffer that the search reads into.
pub(crate) fn copies(needles: &Needles) -> io::Result<Vec<Copied>> {
    let memory = File::open("/proc/self/mem")?;
    let longest = needles.0.iter().map(Needle::len).max().unwrap_or(0);
    let overlap = CONTEXT + HEAD + longest;
    let mut buffer = vec![0_u8; CHUNK + overlap];
    let mut found = Vec::new();
    let own = buffer.as_ptr().addr() as u64;
    let own = own..own + buffer.len() as u64;
    let maps = fs::read_to_string("/proc/self/maps")?;
    for region in maps.lines() {
        let mut words = region.split_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else { continue };
        if !rights.starts_with("rw") {
            continue;
        }
        let place = match words.nth(3) {
            Some("[heap]") => Place::Heap,
            Some("[stack]") => Place::Stack,
            Some(name) if name.starts_with('/') => Place::Static,
            _ => Place::Mapped,
        };
        let Some((from, to)) = range.split_once('-') else { continue };
        let [Ok(from), Ok(to)] = [from, to].map(|address| u64::from_str_radix(address, 16)) else { continue };
        // Before the buffer, and after it.
        let parts = [(from, to.min(own.start)), (from.max(own.end), to)];
        for (from, to) in if from < own.end && own.start < to { parts } else { [(from, to), (to, to)] } {
            search(
                &memory,
                from,
                to,
                &mut buffer,
                overlap,
                |needle, context| {
                    found.push(Copied { name: needle.name, place, context });
                },
                needles,
            );
        }
    }
    buffer.zeroize();
    Ok(found)
}

fn search(
    memory: &File,
    mut from: u64,
    to: u64,
    buffer: &mut [u8],
    overlap: usize,
    mut found: impl FnMut(&Needle, Context),
    needles: &Needles,
) {
    // What was carried over from the chunk before.
    let mut carried = 0;
    while from < to {
        let wanted = usize::try_from(to - from).unwrap_or(CHUNK).min(CHUNK);
        // A page that cannot be read ends the region.
        let Ok(read) = memory.read_at(&mut buffer[carried..carried + wanted], from) else { return };
        if read == 0 {
            return;
        }
        from += read as u64;
        let filled = &buffer[..carried + read];
        for needle in &needles.0 {
            let last = filled.len().saturating_sub(needle.len());
            // What lies whole in the carried part was found before.
            let first = carried.saturating_sub(needle.len().saturating_sub(1));
            for at in first..=last {
                if filled.len() - at >= needle.len() && needle.begins(&filled[at..]) {
                    found(needle, context(&filled[..at.saturating_sub(HEAD)]));
                }
            }
        }
        let keep = filled.len().min(overlap);
        let begin = filled.len() - keep;
        buffer.copy_within(begin..begin + keep, 0);
        carried = keep;
    }
}

fn context(before: &[u8]) -> Context {
    let before = &before[before.len().saturating_sub(CONTEXT)..];
    if before.ends_with(b"authorization: Bearer ") || before.ends_with(b"authorization: Basic ") {
        Context::RequestHead
    } else if is_json(before) && has(before, b"\r\n\r\n") {
        Context::Answer
    } else if is_json(before) {
        Context::Json
    } else if before.ends_with(b"=") {
        Context::Form
    } else {
        Context::Bare
    }
}

fn is_json(before: &[u8]) -> bool {
    before.ends_with(b"\":\"") || before.ends_with(b"\": \"")
}

fn has(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}
