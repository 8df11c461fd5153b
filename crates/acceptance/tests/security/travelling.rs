//! Where a token goes: to its own hosts, in a header, over TLS, across no redirect (19, 20).

use std::time::Duration;

use mailgrant_acceptance::getresponse;
use mailgrant_core::{
    AuthorizationCode, Callback, Client, ClientCredentials, Credentials, Endpoint, Endpoints, ErrorKind, Standing,
    TokenRecord, http::Method,
};
use mailgrant_getresponse::GetResponse;

use crate::{
    server::{Server, http},
    service::{Service, browser, credentials, emulator, parameter, token_of},
};

/// GetResponse, with its token endpoint and its API at these servers.
fn at(token: &str, api: &str) -> Client<GetResponse> {
    let endpoints = Endpoints::parse(&format!("{api}/authorize"), token, api).unwrap();
    Client::new(GetResponse::at(endpoints), credentials()).unwrap()
}

/// A server that issues the token `canary`.
fn issuing() -> Server {
    Server::saying("200 OK", "", r#"{"access_token":"canary","expires_in":3600,"refresh_token":"canary-refresh"}"#)
}

#[tokio::test]
async fn security_19_a_record_meets_no_client_of_another_environment() {
    let service = Service::new().await;
    service.connected().await;
    let record = || async { service.vault.load(&service.key).await.unwrap().unwrap().record.unwrap() };
    let record: TokenRecord = record().await;
    let other = emulator().await;
    for provider in [getresponse(&other).unwrap(), GetResponse::retail()] {
        let elsewhere = service.client.at(provider).unwrap();
        let refused = elsewhere.restore::<AuthorizationCode>(record.clone()).unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "environment_mismatch"));
    }
    let app = Client::new(service.client.provider().clone(), Credentials::new("another", "s")).unwrap();
    assert_eq!(app.restore::<AuthorizationCode>(record.clone()).unwrap_err().code(), "client_mismatch");
    assert!(matches!(service.client.restore::<AuthorizationCode>(record).unwrap(), Standing::Live(_)));
}

#[tokio::test]
async fn security_19_a_token_goes_to_its_own_hosts_alone() {
    let service = Service::new().await;
    let bearer = service.connected().await.token().await.unwrap();
    let (own, other) = (service.emulator.api_url(), Server::saying("200 OK", "", "{}"));
    let host = own.strip_prefix("http://").unwrap().split('/').next().unwrap();
    for uri in [
        other.url.clone(),
        format!("https://{host}/v3/accounts"),
        format!("http://{}/v3/accounts", host.replace("127.0.0.1", "localhost")),
        format!("http://127.0.0.1:1/{host}"),
        format!("http://{host}@127.0.0.1:1/"),
        "/v3/accounts".to_owned(),
    ] {
        let mut request = bearer.request(Method::GET, "/accounts").unwrap();
        *request.uri_mut() = uri.parse().unwrap();
        let refused = service.client.send(request).await.unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "host_mismatch"), "{uri}");
    }
    // A client of another environment does not carry it either, though it could reach its own host.
    let elsewhere = at(&other.url, &other.url);
    let request = bearer.request(Method::GET, "/accounts").unwrap();
    assert_eq!(elsewhere.send(request).await.unwrap_err().code(), "host_mismatch");
    assert!(other.heard().is_empty());
    assert_eq!(service.emulator.counters().api_calls, 1, "the question whose account it is, after the login");
}

#[tokio::test]
async fn security_19_a_next_page_of_another_origin_is_refused() {
    let service = Service::new().await;
    let bearer = service.connected().await.token().await.unwrap();
    for next in [
        "https://evil.example/v3/contacts?page=2",
        "//evil.example/v3/contacts?page=2",
        "\\\\evil.example/v3/contacts",
        "/\\evil.example/v3/contacts",
        "evil.example:443/v3/contacts",
        "@evil.example/v3/contacts",
        "/..//evil.example/",
        " https://evil.example/",
        "/contacts\r\nHost: evil.example",
    ] {
        match bearer.request(Method::GET, next) {
            Err(refused) => assert_eq!(refused.code(), "path_invalid", "{next}"),
            // What is no way out is a path below the API's own.
            Ok(request) => {
                assert!(request.uri().to_string().starts_with(&(service.emulator.api_url() + "/")), "{next}")
            }
        }
    }
    let next = bearer.request(Method::GET, "/contacts?page=2").unwrap();
    assert_eq!(next.uri().to_string(), format!("{}/contacts?page=2", service.emulator.api_url()));
}

#[tokio::test]
async fn security_19_nothing_is_carried_across_a_redirect() {
    for status in ["301 M", "302 F", "303 S", "307 T", "308 P"] {
        let other = Server::saying("200 OK", "", "{}");
        let away = format!("Location: {}/v3/accounts\r\n", other.url);
        let (tokens, api) = (issuing(), Server::saying(status, &away, ""));
        let client = at(&tokens.url, &api.url);
        let session = client.begin(ClientCredentials).obtain().await.unwrap();
        let answer = client.send(session.bearer().request(Method::POST, "/accounts").unwrap()).await.unwrap();
        assert!(answer.status().is_redirection(), "it is the answer");
        assert_eq!(api.heard().len(), 1);
        // Nor do the app's own credentials, or a refresh token.
        let redirecting = at(&api.url, &api.url);
        let refused = redirecting.begin(ClientCredentials).obtain().await.unwrap_err();
        assert_eq!(refused.error().code(), "token_endpoint_redirects");
        assert!(other.heard().is_empty(), "{status}");
    }
}

#[tokio::test]
async fn security_19_a_token_is_in_the_authorization_header_and_nowhere_else() {
    let (tokens, api) = (issuing(), Server::saying("200 OK", "", "{}"));
    let client = at(&tokens.url, &api.url);
    let login = client.begin(AuthorizationCode::registered());
    let state = parameter(login.authorize_url().as_str(), "state").to_owned();
    let callback = Callback::parse(&format!("code=canary-code&state={state}")).unwrap();
    let session = login.receive(callback).unwrap().exchange().await.unwrap();
    client.send(session.bearer().request(Method::GET, "/contacts?page=2").unwrap()).await.unwrap();
    let called = api.heard().remove(0);
    let lines: Vec<&str> = called.lines().filter(|line| line.contains("canary")).collect();
    assert_eq!(lines, ["authorization: Bearer canary"], "{called}");
    assert!(called.starts_with("GET /contacts?page=2 HTTP/1.1\r\n") && !called.contains("referer"), "{called}");
    let Standing::Lapsed(lapsed) = session.expire() else { panic!("it can be refreshed") };
    drop(lapsed.refresh().await.unwrap());
    for (asked, secret) in tokens.heard().iter().zip(["canary-code", "canary-refresh"]) {
        let (head, body) = asked.split_once("\r\n\r\n").unwrap();
        assert!(asked.starts_with("POST / HTTP/1.1\r\n") && !head.contains("canary"), "{asked}");
        assert!(body.contains(secret), "{asked}");
    }
}

#[test]
fn security_19_plain_http_is_for_loopback_alone() {
    for plain in ["http://api.getresponse.com/v3", "http://10.0.0.1/v3", "http://127.0.0.1.evil.example/v3"] {
        let refused = Endpoint::parse(plain).unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "endpoint_invalid"), "{plain}");
        for [authorize, token, api] in [
            [plain, "https://a.example/t", "https://a.example"],
            ["https://a.example/a", plain, "https://a.example"],
            ["https://a.example/a", "https://a.example/t", plain],
        ] {
            assert!(Endpoints::parse(authorize, token, api).is_err(), "{authorize} {token} {api}");
        }
    }
    let panel = mailgrant_getresponse::PanelDomain::parse("custom-domain.getresponse360.pl").unwrap();
    for provider in [GetResponse::retail(), GetResponse::max(&panel, mailgrant_getresponse::Region::Pl)] {
        let endpoints = mailgrant_core::Provider::profile(&provider).endpoints.clone();
        for endpoint in [endpoints.authorize, endpoints.token, endpoints.api] {
            assert!(endpoint.as_str().starts_with("https://"), "{endpoint}");
        }
    }
}

#[tokio::test]
async fn security_19_a_server_without_tls_is_sent_nothing() {
    let plain = Server::saying("200 OK", "", "{}");
    let secure = plain.url.replace("http:", "https:");
    let refused = at(&secure, &secure).begin(ClientCredentials).obtain().await.unwrap_err();
    assert_eq!(refused.error().code(), "provider_unreachable");
    for heard in plain.heard() {
        assert!(!heard.contains("Basic") && !heard.contains("client_credentials"), "{heard}");
    }
}

#[tokio::test]
async fn security_20_endpoints_are_never_taken_from_a_request() {
    let service = Service::new().await;
    let evil = Server::start(|_| http("200 OK", "", r#"{"access_token":"evil","expires_in":3600}"#));
    let binding = browser("cookie");
    let url = &evil.url;
    let named = ["token_url", "token_endpoint", "api_url", "base_url", "iss_url", "domain", "x-domain", "redirect_uri"];
    let extra: String = named.iter().map(|name| format!("&{name}={url}")).collect();
    let address = service.address(&binding).await + &extra;
    let account = service.complete(&address, &binding).await.unwrap();
    let bearer = account.token().await.unwrap();
    assert_ne!(token_of(&bearer), "evil");
    service.advance(Duration::from_secs(3600));
    account.refresh().await.unwrap();
    assert!(evil.heard().is_empty());
    assert_eq!(service.token_requests(), 2);
    let sent = service.emulator.last_token_request().unwrap();
    assert_eq!(sent.header("x-domain"), None);
}

#[test]
fn security_20_an_endpoint_is_a_plain_https_url() {
    for bad in [
        "",
        "api.getresponse.com",
        "//api.getresponse.com",
        "file:///etc/passwd",
        "gopher://api.getresponse.com",
        "javascript:alert(1)",
        "https://user:password@api.getresponse.com",
        "https://api.getresponse.com#@evil.example",
        "https://api.getresponse.com\\@evil.example",
        "https://api.getresponse.com/\r\nHost: evil.example",
        "https://api.getresponse.com:0x50",
        "https:///v3",
        "http://169.254.169.254/latest/meta-data",
    ] {
        assert_eq!(Endpoint::parse(bad).unwrap_err().code(), "endpoint_invalid", "{bad}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_20_call_refuses_absolute_urls_and_double_slashes() {
    let home = crate::binary::Home::new().await;
    home.connected();
    let own = format!("{}/accounts", home.emulator.api_url());
    for path in [
        &*own,
        "https://evil.example/x",
        "HTTPS://evil.example",
        "//evil.example/x",
        "///evil.example",
        "/a//b",
        "/../x",
    ] {
        let done = home.run(&["call", "main", "GET", path]);
        assert_eq!((done.code, &*done.stdout), (2, ""), "{path}: {done:?}");
        assert!(done.stderr.contains("path_invalid"), "{path}: {done:?}");
    }
    assert_eq!(home.emulator.counters().api_calls, 1, "nothing was sent but the question whose account it is");
    assert_eq!(home.run(&["call", "main", "GET", "/accounts"]).code, 0);
}
