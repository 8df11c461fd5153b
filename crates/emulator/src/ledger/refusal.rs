//! Why a token request is refused.

/// A reason; the shape in which it is told is a matter of the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    ClientMissing,
    ClientWrong,
    GrantTypeMissing,
    GrantTypeUnknown(String),
    /// Known, but not for this app.
    GrantTypeForbidden,
    CodeMissing,
    /// Never issued, or exchanged already.
    CodeUnknown,
    CodeForeign,
    CodeExpired,
    RedirectUriMismatch,
    VerifierMissing,
    VerifierWrong,
    RefreshTokenMissing,
    /// Never issued, rotated away, or revoked.
    RefreshTokenUnknown,
    RefreshTokenExpired,
    RefreshTokenForeign,
    ScopeUnsupported,
}
