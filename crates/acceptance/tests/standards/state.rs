//! The mark of a login: RFC 6749 §10.12, RFC 9700 §2.1 with §4.7.

use std::collections::HashSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mailgrant_core::AuthorizationCode;

use crate::service::{Service, browser, parameter};

#[tokio::test]
async fn rfc6749_10_12_a_state_cannot_be_guessed() {
    let service = Service::new().await;
    let states: HashSet<Vec<u8>> = (0..32)
        .map(|_| {
            let login = service.client.begin(AuthorizationCode::registered());
            URL_SAFE_NO_PAD.decode(parameter(login.authorize_url().as_str(), "state")).unwrap()
        })
        .collect();
    assert_eq!(states.len(), 32, "each login has its own");
    assert!(states.iter().all(|state| state.len() == 32), "of 256 bits");
}

#[tokio::test]
async fn rfc6749_10_12_a_state_is_bound_to_the_browser_that_began() {
    let service = Service::new().await;
    let (attacker, victim) = (browser("the attacker's"), browser("the victim's"));
    let address = service.address(&attacker).await;
    assert_eq!(service.complete(&address, &victim).await.unwrap_err().code(), "login_unknown");
    assert_eq!(service.token_requests(), 0, "the attacker's code was not spent");
    assert!(service.manager.status(&service.key).await.unwrap().is_none(), "nothing is connected");
    let forged = address.replace(parameter(&address, "state"), &"A".repeat(43));
    assert_eq!(service.complete(&forged, &attacker).await.unwrap_err().code(), "login_unknown");
}

#[tokio::test]
async fn rfc9700_4_7_a_state_is_good_once() {
    let service = Service::new().await;
    let binding = browser("cookie");
    let address = service.address(&binding).await;
    service.complete(&address, &binding).await.unwrap();
    let another = service.address(&binding).await;
    // The used state with a code that nobody has used.
    let replayed = another.replace(parameter(&another, "state"), parameter(&address, "state"));
    assert_eq!(service.complete(&replayed, &binding).await.unwrap_err().code(), "login_used");
    assert_eq!(service.token_requests(), 1);
}
