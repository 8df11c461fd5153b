//! The chapters of the story: one for each way to a token.

/// One chapter. What breaks in it leaves the other ones to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chapter {
    Code,
    Form,
    Json,
    Implicit,
    Adopted,
    Max,
    Classic,
    Delegated,
    Together,
}

impl Chapter {
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Code => "GetResponse: authorization code",
            Self::Form => "GetResponse: client credentials (form)",
            Self::Json => "GetResponse: client credentials (JSON)",
            Self::Implicit => "GetResponse: implicit",
            Self::Adopted => "GetResponse: adopted token",
            Self::Max => "GetResponse MAX: authorization code",
            Self::Classic => "VerticalResponse 1: authorization code",
            Self::Delegated => "VerticalResponse 2: authorization code",
            Self::Together => "All of them in one manager, one store",
        }
    }
}
