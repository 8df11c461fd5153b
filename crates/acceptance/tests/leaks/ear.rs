//! All that can be heard of this process: its log at TRACE, the words of its panics, whatever a story shows.

use std::{
    backtrace::Backtrace,
    error::Error as StdError,
    fmt, io, panic,
    sync::{Arc, Mutex, Once, PoisonError},
};

use tracing_subscriber::{filter::LevelFilter, util::SubscriberInitExt};

use crate::canary;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static PANICS: Mutex<String> = Mutex::new(String::new());

/// Where a subscriber writes to.
struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What one story shows, beside what the process logs meanwhile. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Ear(Arc<Mutex<String>>);

impl Ear {
    /// Listens: from the first one on, to every thread of the process.
    pub(crate) fn new() -> Self {
        static LISTEN: Once = Once::new();
        LISTEN.call_once(|| {
            let log = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_ansi(false);
            log.with_writer(|| Log).finish().init();
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |what| {
                let words = format!("{what}\n{}\n", Backtrace::capture());
                PANICS.lock().unwrap_or_else(PoisonError::into_inner).push_str(&words);
                before(what);
            }));
        });
        Self::default()
    }

    /// Text of any kind.
    pub(crate) fn say(&self, text: impl fmt::Display) {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.push_str(&text.to_string());
        said.push('\n');
    }

    /// What a thing shows of itself, in both ways.
    pub(crate) fn show(&self, thing: &(impl fmt::Debug + ?Sized)) {
        self.say(format_args!("{thing:?}\n{thing:#?}"));
    }

    /// All that an error says, with its causes.
    pub(crate) fn hear(&self, error: &(dyn StdError + 'static)) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.say(error);
            self.show(error);
            next = error.source();
        }
    }

    /// How much was heard so far.
    pub(crate) fn length(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// No secret was heard.
    #[track_caller]
    pub(crate) fn assert_nothing_leaked(&self) {
        let said = self.0.lock().unwrap().clone();
        assert!(said.len() > 100, "nothing was shown: {said}");
        canary::assert_none("shown", &said);
        canary::assert_none("logged", &unsearched());
        canary::assert_none("said by a panic", &panics());
    }

    /// Everybody was heard who has something to log about a request.
    #[track_caller]
    pub(crate) fn assert_heard(&self, who: &[&str]) {
        let log = String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned();
        for who in who {
            assert!(log.contains(who), "{who} is not in the log");
        }
        assert!(log.contains("TRACE"), "the log is not at TRACE");
    }
}

/// What was logged since somebody searched the log, with the end of what they searched: one story's search is every story's.
fn unsearched() -> String {
    static SEARCHED: Mutex<usize> = Mutex::new(0);
    const OVERLAP: usize = 4096;
    let (log, mut searched) = (LOG.lock().unwrap(), SEARCHED.lock().unwrap_or_else(PoisonError::into_inner));
    let from = std::mem::replace(&mut *searched, log.len()).saturating_sub(OVERLAP);
    String::from_utf8_lossy(&log[from..]).into_owned()
}

/// What panics have said so far.
pub(crate) fn panics() -> String {
    PANICS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
