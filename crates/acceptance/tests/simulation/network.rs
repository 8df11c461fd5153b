//! What the network and the provider's servers do to one request.

use std::time::Duration;

use crate::{book::Book, scenario::Scenario};

/// What becomes of one request.
pub(crate) struct Passage {
    pub(crate) connecting: Duration,
    pub(crate) unreachable: bool,
    pub(crate) there: Duration,
    pub(crate) treatment: Treatment,
    pub(crate) back: Duration,
}

/// How the provider's side deals with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    Well,
    /// As it should be, but the answer brings no refresh token.
    NoRefreshToken,
    DroppedBefore,
    DroppedAfter,
    Truncated,
    /// A gateway's page, whether or not the request was dealt with behind it.
    Html {
        dealt_with: bool,
    },
    TooMany {
        seconds: u64,
    },
    Unavailable {
        seconds: Option<u64>,
    },
    InvalidClient,
    /// No answer, whether or not the request was dealt with.
    Silent {
        dealt_with: bool,
    },
}

impl Treatment {
    /// Whether the request gets as far as the provider's books.
    pub(crate) fn is_dealt_with(self) -> bool {
        match self {
            Self::Well | Self::NoRefreshToken | Self::DroppedAfter | Self::Truncated => true,
            Self::Html { dealt_with } | Self::Silent { dealt_with } => dealt_with,
            Self::DroppedBefore | Self::TooMany { .. } | Self::Unavailable { .. } | Self::InvalidClient => false,
        }
    }
}

impl Book {
    pub(crate) fn passage(&mut self, scenario: &Scenario) -> Passage {
        let rates = &scenario.rates;
        let chance = &mut self.chance;
        let mut passage = Passage {
            connecting: chance.millis(1..=60),
            unreachable: false,
            there: chance.millis(1..=120),
            treatment: Treatment::Well,
            back: chance.millis(1..=120),
        };
        if self.well {
            return passage;
        }
        passage.unreachable = chance.hits(rates.unreachable);
        for leg in [&mut passage.connecting, &mut passage.there, &mut passage.back] {
            if chance.hits(rates.slow) {
                *leg = chance.millis(500..=40_000);
                self.tally.count("answer slow");
            }
        }
        let fates = [
            (rates.dropped_before, Treatment::DroppedBefore),
            (rates.dropped_after, Treatment::DroppedAfter),
            (rates.truncated, Treatment::Truncated),
            (rates.html, Treatment::Html { dealt_with: chance.hits(500) }),
            (rates.too_many, Treatment::TooMany { seconds: chance.within(1..=60) }),
            (rates.unavailable, Treatment::Unavailable { seconds: chance.hits(500).then(|| chance.within(1..=60)) }),
            (rates.invalid_client, Treatment::InvalidClient),
            (rates.no_refresh_token, Treatment::NoRefreshToken),
            (rates.silent, Treatment::Silent { dealt_with: chance.hits(500) }),
        ];
        if let Some((_, fate)) = fates.into_iter().find(|(rate, _)| chance.hits(*rate)) {
            passage.treatment = fate;
        }
        passage
    }

    /// Counts what became of a request.
    pub(crate) fn count_treatment(&mut self, treatment: Treatment) {
        self.tally.count(match treatment {
            Treatment::Well => "answer well",
            Treatment::NoRefreshToken => "answer without refresh token",
            Treatment::DroppedBefore => "request dropped before",
            Treatment::DroppedAfter => "request dropped after",
            Treatment::Truncated => "answer truncated",
            Treatment::Html { .. } => "answer html",
            Treatment::TooMany { .. } => "answer 429",
            Treatment::Unavailable { .. } => "answer 503",
            Treatment::InvalidClient => "answer invalid_client",
            Treatment::Silent { .. } => "answer never",
        });
    }
}
