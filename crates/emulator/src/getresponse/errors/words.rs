//! What a refusal is called in RFC 6749's shape.

use crate::ledger::Refusal;

/// `error`, then `error_description`.
pub(super) fn words(refusal: &Refusal) -> (&'static str, String) {
    let (error, description) = match refusal {
        Refusal::ClientMissing => ("invalid_client", "Client credentials were not found in the headers or body"),
        Refusal::ClientWrong => ("invalid_client", "The client credentials are invalid"),
        Refusal::GrantTypeMissing => ("invalid_request", "The grant type was not specified in the request"),
        Refusal::GrantTypeUnknown(name) => {
            return ("unsupported_grant_type", format!("Grant type \"{name}\" not supported"));
        }
        Refusal::GrantTypeForbidden => ("unauthorized_client", "The grant type is unauthorized for this client_id"),
        Refusal::CodeMissing => ("invalid_request", "Missing parameter: \"code\" is required"),
        Refusal::CodeUnknown => ("invalid_grant", "Authorization code doesn't exist or is invalid for the client"),
        Refusal::CodeForeign => ("invalid_grant", "authorization_code doesn't exist or is invalid for the client"),
        Refusal::CodeExpired => ("invalid_grant", "The authorization code has expired"),
        Refusal::RedirectUriMismatch => ("redirect_uri_mismatch", "The redirect URI is missing or do not match"),
        Refusal::VerifierMissing => ("invalid_grant", "The PKCE code verifier parameter is required"),
        Refusal::VerifierWrong => {
            ("invalid_grant", "The PKCE code verifier parameter does not match the code challenge")
        }
        Refusal::RefreshTokenMissing => ("invalid_request", "Missing parameter: \"refresh_token\" is required"),
        Refusal::RefreshTokenUnknown => ("invalid_grant", "Invalid refresh token"),
        Refusal::RefreshTokenExpired => ("invalid_grant", "Refresh token has expired"),
        Refusal::RefreshTokenForeign => ("invalid_grant", "refresh_token doesn't exist or is invalid for the client"),
        Refusal::ScopeUnsupported => ("invalid_scope", "An unsupported scope was requested"),
    };
    (error, description.to_owned())
}
