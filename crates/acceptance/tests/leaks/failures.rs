//! Every failure: a server that repeats what it was sent, one that is not there, one that is no TLS.

use std::sync::Arc;

use mailgrant_acceptance::REDIRECT_URI;
use mailgrant_core::{AuthorizationCode, Callback, ClientCredentials, Endpoints, ReqwestTransport};
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::VerticalResponse;

use crate::{
    canary::{self, Kind},
    ear::Ear,
    operations::{OPERATIONS, Operation},
    rows::ROWS,
    server::{Server, http},
    shop::{self, Shop},
};

#[tokio::test]
async fn f22_an_answer_that_repeats_secrets_is_not_repeated() {
    let (ear, elsewhere) = (Ear::new(), Server::start(|_| http("200 OK", "", "{}")));
    let mut failures = 0;
    for operation in OPERATIONS {
        for (name, row) in ROWS {
            ear.say(format_args!("{operation:?}, {name}"));
            let (before, away) = (ear.length(), elsewhere.url.clone());
            let shop = Shop::failing(move |heard| row(heard, &away));
            failures += usize::from(operation.play(&ear, &shop).await);
            assert!(ear.length() > before, "{operation:?} says nothing at {name}");
            let secrets_at = matches!(operation, Operation::ExchangeByGet).then_some("/token");
            ear.say(shop.server.sent_openly(secrets_at));
            assert!(elsewhere.heard().is_empty(), "{operation:?} went elsewhere at {name}");
        }
    }
    // A call's bad answer is the caller's; a token with odd company is a token.
    assert!(failures > OPERATIONS.len() * ROWS.len() * 3 / 5, "{failures} failures are too few");
    ear.assert_nothing_leaked();
    ear.assert_heard(&["reqwest::", "hyper_util::client::legacy"]);
}

#[tokio::test]
async fn nobody_there_is_told_without_a_secret() {
    let (ear, shop) = (Ear::new(), Shop::open());
    let garbage = Server::start(|heard| {
        let echo = canary::secret(Kind::ClientSecret) + &canary::secret(Kind::Code);
        format!("{} {echo}\r\n\r\n", heard.head).into_bytes()
    });
    let no_tls = garbage.url.replace("http:", "https:");
    for token in ["http://127.0.0.1:1", "https://127.0.0.1:1", &no_tls] {
        let getresponse = GetResponse::at(shop.endpoints_at(token));
        let client = shop.client(getresponse);
        let setback = client.begin(ClientCredentials).obtain().await.unwrap_err();
        assert_eq!(setback.error().code(), "provider_unreachable", "{token}");
        ear.hear(&setback);
        let endpoints = shop.endpoints_at(token);
        let classic = shop.client(VerticalResponse::at(endpoints));
        let grant = AuthorizationCode::returning_to(REDIRECT_URI).unwrap();
        let login = classic.begin(grant);
        let callback = Callback::parse(&shop::with_code(login.authorize_url().as_str())).unwrap();
        let setback = login.receive(callback).unwrap().exchange().await.unwrap_err();
        ear.hear(&setback);
    }
    assert!(garbage.heard().iter().all(|heard| heard.head == "TLS"), "nothing came but the handshake");
    ear.assert_nothing_leaked();
    ear.assert_heard(&["reqwest::", "hyper_util::client::legacy"]);
}

/// The password of a proxy is in its address.
#[tokio::test]
async fn a_proxy_is_not_told_of_with_its_password() {
    let ear = Ear::new();
    let proxy = Server::start(|heard| {
        let echo = heard.header("proxy-authorization").unwrap_or_default();
        http("407 Who", &format!("Proxy-Authenticate: Basic realm=\"{echo}\"\r\nX-Echo: {echo}\r\n"), echo)
    });
    let password = canary::secret(Kind::ProxyPassword);
    let address = proxy.url.replace("http://", &format!("http://user:{password}@"));
    let builder = ReqwestTransport::builder().proxy(&address);
    ear.show(&builder);
    let transport = builder.build().unwrap();
    ear.show(&transport);
    let shop = Shop::open().over(Arc::new(transport));
    let at = "https://provider.example";
    let client = shop.client(GetResponse::at(Endpoints::parse(at, at, at).unwrap()));
    ear.show(&client);
    let setback = client.begin(ClientCredentials).obtain().await.unwrap_err();
    ear.hear(&setback);
    let heard = proxy.heard();
    assert!(heard[0].asked().starts_with("CONNECT provider.example:443"), "{heard:?}");
    assert!(heard[0].header("proxy-authorization").is_some(), "{heard:?}");
    // A proxy's address that is none is not repeated either.
    let refused = ReqwestTransport::builder().proxy(format!("http://user:{password}@[::1")).build().unwrap_err();
    ear.hear(&refused);
    ear.assert_nothing_leaked();
}
