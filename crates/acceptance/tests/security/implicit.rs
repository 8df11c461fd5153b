//! Tokens that come in a fragment: who may bring one, what it is good for (7).

use mailgrant_acceptance::{REDIRECT_URI, consent};
use mailgrant_core::{AuthorizationCode, Callback, GrantKind, Implicit, RenewalKind, Standing};

use crate::service::{Service, browser, key, parameter, token_of};

fn implicit() -> Implicit {
    Implicit::returning_to(REDIRECT_URI).unwrap()
}

#[tokio::test]
async fn security_07_a_fragment_is_refused_unless_the_login_is_implicit() {
    let service = Service::new().await;
    let binding = browser("cookie");
    // A token that is good, so that nothing but the grant can be what refuses it.
    let brought = consent(&service.begin(implicit(), &binding).await).await.unwrap();
    let token = parameter(&brought, "access_token");
    let fragments: [fn(&str, &str) -> String; 4] = [
        |state, token| format!("#access_token={token}&state={state}&token_type=bearer"),
        |state, token| format!("?state={state}#access_token={token}"),
        |state, token| format!("?code=c&state={state}#access_token={token}"),
        |state, token| format!("?access_token={token}&code=c&state={state}"),
    ];
    for fragment in fragments {
        let url = service.begin(AuthorizationCode::registered(), &binding).await;
        let callback = fragment(parameter(&url, "state"), token);
        let refused = service.complete(&callback, &binding).await.unwrap_err();
        assert_eq!(refused.code(), "token_in_callback", "{callback}");
    }
    assert!(service.manager.status(&service.key).await.unwrap().is_none());
    assert_eq!(service.token_requests(), 0, "nor was a code beside it spent");
    service.complete(&brought, &binding).await.unwrap();
}

#[tokio::test]
async fn security_07_a_token_in_a_query_is_never_taken() {
    let service = Service::new().await;
    let binding = browser("cookie");
    let brought = consent(&service.begin(implicit(), &binding).await).await.unwrap();
    let in_query = brought.replace('#', "?");
    assert_eq!(service.complete(&in_query, &binding).await.unwrap_err().code(), "token_misplaced");
    let with_code = consent(&service.begin(implicit(), &binding).await).await.unwrap().replace('#', "?code=c#");
    assert_eq!(service.complete(&with_code, &binding).await.unwrap_err().code(), "token_misplaced");
    assert!(service.manager.status(&service.key).await.unwrap().is_none());
}

#[tokio::test]
async fn security_07_a_fragment_is_good_for_one_use_in_its_own_browser() {
    let service = Service::new().await;
    let binding = browser("cookie");
    let brought = consent(&service.begin(implicit(), &binding).await).await.unwrap();
    assert_eq!(service.complete(&brought, &browser("another")).await.unwrap_err().code(), "login_unknown");
    service.complete(&brought, &binding).await.unwrap();
    assert_eq!(service.complete(&brought, &binding).await.unwrap_err().code(), "login_used");
}

#[tokio::test]
async fn security_07_such_a_token_is_a_login_to_nothing() {
    let service = Service::new().await;
    let (binding, victim) = (browser("cookie"), browser("the victim's"));
    let brought = consent(&service.begin(implicit(), &binding).await).await.unwrap();
    // Whoever has a customer's token, and nothing else, is nobody.
    let token = parameter(&brought, "access_token");
    for callback in [format!("#access_token={token}"), format!("#access_token={token}&state=made-up")] {
        let refused = service.complete(&callback, &victim).await.unwrap_err();
        assert!(matches!(refused.code(), "state_missing" | "login_unknown"), "{refused}");
    }
    // And whose account a token becomes is what its login said, whoever the token is of.
    let account = service.complete(&format!("{brought}&account=admin&tenant=admin"), &binding).await.unwrap();
    assert_eq!(account.key(), &key("main"));
    assert_eq!(token_of(&account.token().await.unwrap()), token);
}

#[tokio::test]
async fn security_07_such_a_token_is_stored_only_when_asked() {
    let service = Service::new().await;
    let login = service.client.begin(implicit());
    let brought = consent(login.authorize_url().as_str()).await.unwrap();
    let session = login.receive(Callback::parse(&brought).unwrap()).unwrap();
    assert!(service.vault.load(&service.key).await.unwrap().is_none(), "a session stores nothing");
    assert!(service.manager.events(0, 10).await.unwrap().is_empty());
    service.manager.keep(&service.key, session).await.unwrap();
    let record = service.vault.load(&service.key).await.unwrap().unwrap().record.unwrap();
    assert_eq!((record.grant(), record.renewal()), (GrantKind::Implicit, RenewalKind::Never));
    // What is stored says what it is, and is taken for nothing else.
    assert_eq!(service.client.restore::<AuthorizationCode>(record.clone()).unwrap_err().code(), "grant_mismatch");
    assert!(matches!(service.client.restore::<Implicit>(record).unwrap(), Standing::Live(_)));
}
