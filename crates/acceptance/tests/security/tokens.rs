//! Access tokens are opaque, whatever they look like (22).

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mailgrant_core::{
    Adopted, AuthorizationCode, Callback, Expiry, Host, Standing,
    http::{Method, header::AUTHORIZATION},
};

use crate::{
    postbox,
    server::Server,
    service::{Service, key, parameter, token_of},
};

/// What looks like a token of RFC 9068 with this end to its life.
fn jwt(exp: u64) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let claims = format!(r#"{{"iss":"https://a.example","nbf":{exp},"iat":{exp},"exp":{exp}}}"#);
    [part(r#"{"alg":"none","typ":"at+jwt"}"#), part(&claims), part("signature")].join(".")
}

/// The first minute of 1970; far behind all that this library may live to see.
const ENDS: [u64; 2] = [60, 253_402_300_799];

#[tokio::test]
async fn security_22_exp_is_never_read_when_a_token_is_adopted() {
    let service = Service::new().await;
    for token in ENDS.map(jwt) {
        let session = service.client.adopt(token.clone().into(), None).unwrap();
        assert_eq!(session.expires_at(), Expiry::Unknown);
        let account = service.manager.keep(&service.key, session).await.unwrap();
        let bearer = account.token().await.unwrap();
        assert_eq!((token_of(&bearer), bearer.expires_at()), (token.clone(), Expiry::Unknown));
        let record = service.vault.load(&service.key).await.unwrap().unwrap().record.unwrap();
        assert!(matches!(service.client.restore::<Adopted>(record).unwrap(), Standing::Live(_)));
        let life = Duration::from_secs(100);
        let session = service.client.adopt(token.into(), Some(life)).unwrap();
        assert_eq!(session.expires_at(), Expiry::At(service.host.now() + life), "what was said is all that counts");
    }
}

#[tokio::test]
async fn security_22_exp_is_never_read_when_a_token_is_issued() {
    let service = Service::new().await;
    for token in ENDS.map(jwt) {
        let answer = format!(r#"{{"access_token":"{token}","expires_in":3600,"refresh_token":"{token}"}}"#);
        let (tokens, api) = (Server::saying("200 OK", "", &answer), Server::saying("200 OK", "", "{}"));
        let client = postbox::at(&format!("{}/a", tokens.url), &tokens.url, &api.url, &service.host, |_| ());
        let login = client.begin(AuthorizationCode::registered());
        let state = parameter(login.authorize_url().as_str(), "state").to_owned();
        let callback = Callback::parse(&format!("code=c&state={state}")).unwrap();
        let session = login.receive(callback).unwrap().exchange().await.unwrap();
        assert_eq!(session.expires_at(), Expiry::At(service.host.now() + Duration::from_secs(3600)));
        // Used for as long as the answer said, and no longer.
        service.host.advance(Duration::from_secs(3599));
        let Standing::Live(session) = session.check() else { panic!("it is live") };
        let request = session.bearer().request(Method::GET, "/accounts").unwrap();
        assert_eq!(request.headers()[AUTHORIZATION], format!("Bearer {token}"));
        client.send(request).await.unwrap();
        assert!(api.heard()[0].contains(&format!("authorization: Bearer {token}\r\n")));
        service.host.advance(Duration::from_secs(1));
        assert!(matches!(session.check(), Standing::Lapsed(_)));
    }
}

#[tokio::test]
async fn security_22_a_token_need_not_look_like_anything() {
    let service = Service::new().await;
    for token in ["x", "a.b", "a.b.c", "..", "eyJ.eyJ.", "~!/+=:", &"y".repeat(4096)] {
        let session = service.client.adopt(token.to_owned().into(), None).unwrap();
        service.manager.keep(&key("main"), session).await.unwrap();
        let bearer = service.manager.account(&key("main")).token().await.unwrap();
        assert_eq!(token_of(&bearer), token);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_22_the_binary_says_until_when_a_token_works() {
    let home = crate::binary::Home::new().await;
    home.connected();
    let done = home.run(&["disconnect", "main"]);
    assert_eq!(done.code, 0, "{done:?}");
    let said = done.stderr.split("a token that was handed out before works until ").nth(1);
    let said = said.unwrap_or_else(|| panic!("{done:?}"));
    let left: u64 = said.split(['(', ' ']).filter_map(|word| word.parse().ok()).next_back().unwrap();
    assert!(said.contains("GMT") && left <= 3600, "{said}");

    let store = home.folder.path().join("jwt.db");
    let store = format!("sqlite:{}", store.display());
    let adopted = home.feed(&["adopt", "main", "--store", &store], &format!("{}\n", jwt(60)));
    assert_eq!(adopted.code, 0, "{adopted:?}");
    assert_eq!(home.run(&["token", "main", "--store", &store]).stdout.trim_end(), jwt(60));
    let done = home.run(&["disconnect", "main", "--store", &store]);
    assert!(done.stderr.contains("works until the provider rejects it: no end is known"), "{done:?}");
}
