//! What a browser brings to a login that waits for a code.

use mailgrant_core::{AuthorizationCode, Binding, Callback, Error, TransitionError};

use super::{
    letterbox::{Letterbox, STATE, client, done},
    pairs::{pairs, pieces, says},
    quiet,
    reply::Reply,
};

/// Longer callbacks are nobody's.
const LONGEST: usize = 16 * 1024;

/// The code that a login sends after such a callback.
///
/// # Errors
///
/// Why it sends none.
pub fn receive(text: &str) -> Result<String, Error> {
    let (client, log) = client(Letterbox::at("test"), vec![Reply::tokens()]);
    let login = client.begin(AuthorizationCode::registered());
    let callback = Callback::parse(text)?;
    let _ = client.lookup(&callback, &Binding::terminal());
    let received = match login.receive(callback) {
        Ok(received) => received,
        Err(setback) => {
            if let TransitionError::Refused { error, .. } = &setback {
                let said = pieces(text.trim());
                assert!(says(&said, "state", STATE), "a stranger ended a login: {text:?}");
                assert!(says(&said, "error", "access_denied"), "{error} by {text:?}");
            }
            assert!(log.lock().unwrap().is_empty(), "something was sent");
            return Err(setback.into());
        }
    };
    drop(done(received.exchange()).expect("the answer is good"));
    let log = log.lock().unwrap();
    let [request] = &log[..] else { panic!("a code is spent in one request") };
    let body = std::str::from_utf8(request.body()).expect("a form is text");
    assert!(body.bytes().all(|byte| byte.is_ascii_graphic()), "a form that is not encoded: {body:?}");
    let mut codes: Vec<String> =
        pairs(body).into_iter().filter(|(name, _)| name == "code").map(|(_, code)| code).collect();
    assert_eq!(codes.len(), 1, "{body:?}");
    Ok(codes.remove(0))
}

/// Checks that a callback is taken for this login's only if it brings the login's state with one code in it.
pub fn check(text: &str) {
    match receive(text) {
        Ok(code) => {
            let said = pieces(text.trim());
            assert!(text.trim().len() <= LONGEST);
            assert!(says(&said, "state", STATE), "another login's callback was taken: {text:?}");
            assert!(!code.is_empty() && says(&said, "code", &code), "the code {code:?} is not in {text:?}");
        }
        Err(error) => quiet::expect(&error, text.as_bytes()),
    }
}
