//! What a browser brings to a login that waits for a token in the fragment.

use mailgrant_core::{Callback, Error, Implicit, TransitionError};

use super::{
    letterbox::{Letterbox, REDIRECT_URI, STATE, client},
    pairs::{pairs, pieces, says},
    quiet,
};

/// The token that a login takes out of such an address.
///
/// # Errors
///
/// Why it takes none.
pub fn receive(text: &str) -> Result<Vec<u8>, Error> {
    let (client, log) = client(Letterbox::at("test"), vec![]);
    let login = client.begin(Implicit::returning_to(REDIRECT_URI).unwrap());
    let result = login.receive(Callback::parse(text)?);
    assert!(log.lock().unwrap().is_empty(), "something was sent");
    if let Err(TransitionError::Refused { error, .. }) = &result {
        let said = pieces(text.trim());
        assert!(says(&said, "state", STATE), "a stranger ended a login: {text:?}");
        assert!(says(&said, "error", "access_denied"), "{error} by {text:?}");
    }
    let header = result?.bearer().header();
    Ok(header.as_bytes().strip_prefix(b"Bearer ").expect("it is a bearer's").to_vec())
}

/// Checks that a token is taken only out of the fragment, with the login's state, and if no header could break by it.
pub fn check(text: &str) {
    match receive(text) {
        Ok(token) => {
            assert!(!token.is_empty() && token.iter().all(|byte| matches!(byte, 0x20..=0x7e)), "{token:?} is no token");
            assert!(says(&pieces(text.trim()), "state", STATE), "another login's token was taken: {text:?}");
            let (_, fragment) = text.trim().split_once('#').expect("a token comes in a fragment");
            let tokens = pairs(fragment).into_iter().filter(|(name, _)| name == "access_token");
            let tokens: Vec<Vec<u8>> = tokens.map(|(_, token)| token.into_bytes()).collect();
            assert_eq!(tokens, [token], "{text:?}");
            assert!(!pairs(fragment).iter().any(|(name, _)| name == "code"), "a code beside the token: {text:?}");
        }
        Err(error) => quiet::expect(&error, text.as_bytes()),
    }
}
