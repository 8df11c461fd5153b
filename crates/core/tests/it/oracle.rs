//! The `oauth2` crate as oracle: for what both can do, both send the same bytes.

use std::sync::{Arc, Mutex};

use mailgrant_core::{AuthorizationCode, ClientAuth, Pkce, Standing, bytes::Bytes};
use oauth2::{AuthType, AuthUrl, ClientId, ClientSecret, RedirectUrl, RefreshToken, TokenUrl, basic::BasicClient};

use crate::provider::{Reply, TOKENS, callback, client, with_auth};

type Seen = (String, Option<String>, Vec<(String, String)>);

fn seen(request: &http::Request<impl AsRef<[u8]>>) -> Seen {
    let mut form: Vec<(String, String)> = form_urlencoded::parse(request.body().as_ref()).into_owned().collect();
    form.sort();
    let authorization = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    (format!("{} {}", request.method(), request.uri()), authorization, form)
}

/// What `oauth2` sends for an exchange and a refresh.
async fn oracle(auth: AuthType) -> Vec<Seen> {
    let log = Arc::new(Mutex::new(Vec::new()));
    let http = |request: oauth2::HttpRequest| {
        log.lock().unwrap().push(seen(&request));
        async { Ok::<_, std::io::Error>(http::Response::new(TOKENS.as_bytes().to_vec())) }
    };
    let client = BasicClient::new(ClientId::new("id".into()))
        .set_client_secret(ClientSecret::new("secret".into()))
        .set_auth_uri(AuthUrl::new("https://postbox.example/authorize?tenant=1".into()).unwrap())
        .set_token_uri(TokenUrl::new("https://postbox.example/token".into()).unwrap())
        .set_redirect_uri(RedirectUrl::new("https://app.example/cb?x=1".into()).unwrap())
        .set_auth_type(auth);
    client.exchange_code(oauth2::AuthorizationCode::new("the-code".into())).request_async(&http).await.unwrap();
    client.exchange_refresh_token(&RefreshToken::new("r1".into())).request_async(&http).await.unwrap();
    drop(client);
    let log = log.lock().unwrap();
    log.clone()
}

#[tokio::test]
async fn exchange_and_refresh_are_the_same_requests() {
    for (ours, theirs) in [(ClientAuth::Basic, AuthType::BasicAuth), (ClientAuth::Body, AuthType::RequestBody)] {
        let mut profile = with_auth(ours);
        profile.pkce = Pkce::Off;
        let (client, log, _) = client(profile, vec![Reply::Answer(200, TOKENS), Reply::Answer(200, TOKENS)]);
        let login = client.begin(AuthorizationCode::returning_to("https://app.example/cb?x=1").unwrap());
        let callback = callback(&login);
        let session = login.receive(callback).unwrap().exchange().await.unwrap();
        let Standing::Lapsed(session) = session.expire() else { panic!("it has a refresh token") };
        drop(session.refresh().await.unwrap());
        let ours: Vec<Seen> =
            log.lock().unwrap().iter().map(|(request, _): &(http::Request<Bytes>, _)| seen(request)).collect();
        assert_eq!(ours, oracle(theirs).await);
    }
}
