//! How a token is used: RFC 6750.

use mailgrant_core::{
    AuthorizationCode, Client, Endpoints, OfferedBy, Provider, Verdict,
    bytes::Bytes,
    http::{Method, Response},
};
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};

use crate::{
    server::Server,
    service::{Service, credentials, token_of},
    wire::{TOKENS, client, connected, post},
};

#[tokio::test]
async fn rfc6750_2_1_a_token_is_in_the_header_alone() {
    let service = Service::new().await;
    let bearer = service.connected().await.token().await.unwrap();
    let request = bearer.request(Method::GET, "/contacts?page=2").unwrap();
    let token = token_of(&bearer);
    assert!(request.headers()["authorization"].is_sensitive());
    assert!(!request.uri().to_string().contains(&token), "{}", request.uri());
    assert!(request.body().is_empty());
    let holding = request.headers().iter().filter(|(_, value)| value.to_str().unwrap().contains(&token));
    assert_eq!(holding.count(), 1);
    service.client.send(request).await.unwrap();
    let seen = service.emulator.last_api_request().unwrap();
    assert_eq!((seen.header("authorization"), seen.parameter("access_token")), (Some("Bearer"), None));
    assert_eq!(seen.path_and_query, "/v3/contacts?page=2");
}

#[tokio::test]
async fn rfc6750_2_3_no_provider_is_sent_a_token_in_a_query() {
    async fn called<P: Provider>(provider: P) -> (String, usize)
    where
        AuthorizationCode: OfferedBy<P>,
    {
        let (client, log) = client(provider, &[(200, TOKENS)]);
        let request = connected(&client).await.bearer().request(Method::GET, "/contacts?a=b").unwrap();
        client.send(request).await.unwrap();
        let called = log.take().remove(1);
        (called.http.uri().to_string(), called.http.headers().get_all("authorization").iter().count())
    }
    for (uri, headers) in [
        called(GetResponse::retail()).await,
        called(VerticalResponse::production()).await,
        called(VerticalResponseDelegated::production()).await,
        called(post(|_| ())).await,
    ] {
        assert!(uri.ends_with("/contacts?a=b") && headers == 1, "{uri}");
    }
}

/// What the provider's own answer of this status says of a token.
async fn verdict<P: Provider>(provider: P, status: u16, error: &str) -> Verdict
where
    AuthorizationCode: OfferedBy<P>,
{
    let (client, _) = client(provider, &[(200, TOKENS)]);
    let bearer = connected(&client).await.bearer();
    let answer = Response::builder().status(status).header("www-authenticate", format!("Bearer error=\"{error}\""));
    let answer = answer.body(Bytes::from(format!(r#"{{"error":"{error}"}}"#))).unwrap();
    assert_eq!(bearer.is_rejected_by(&answer), bearer.verdict(&answer) == Verdict::TokenRejected);
    bearer.verdict(&answer)
}

#[tokio::test]
async fn rfc6750_3_1_invalid_token_is_told_from_insufficient_scope() {
    async fn told<P: Provider>(provider: P) -> [Verdict; 2]
    where
        AuthorizationCode: OfferedBy<P>,
    {
        let rejected = verdict(provider.clone(), 401, "invalid_token").await;
        [rejected, verdict(provider, 403, "insufficient_scope").await]
    }
    let expected = [Verdict::TokenRejected, Verdict::Forbidden];
    assert_eq!(told(post(|_| ())).await, expected);
    assert_eq!(told(GetResponse::retail()).await, expected);
    assert_eq!(told(VerticalResponse::production()).await, expected);
    assert_eq!(told(VerticalResponseDelegated::production()).await, expected);
}

/// GetResponse, at these servers.
fn at(token: &str, api: &str) -> Client<GetResponse> {
    let endpoints = Endpoints::parse(&format!("{token}/authorize"), token, api).unwrap();
    Client::new(GetResponse::at(endpoints), credentials()).unwrap()
}

#[tokio::test]
async fn rfc6750_5_3_a_token_goes_to_its_own_host_alone() {
    let (own, other) = (Server::saying("200 OK", "", TOKENS), Server::saying("200 OK", "", "{}"));
    let client = at(&own.url, &own.url);
    let bearer = connected(&client).await.bearer();
    for path in [&*other.url, "//evil.example/x", "https://evil.example", "/../x", "\\\\evil.example"] {
        assert_eq!(bearer.request(Method::GET, path).unwrap_err().code(), "path_invalid", "{path}");
    }
    for elsewhere in [&*other.url, &own.url.replace("http:", "https:"), &own.url.replace("127.0.0.1", "localhost")] {
        let mut request = bearer.request(Method::GET, "/x").unwrap();
        *request.uri_mut() = format!("{elsewhere}/x").parse().unwrap();
        assert_eq!(client.send(request).await.unwrap_err().code(), "host_mismatch", "{elsewhere}");
    }
    assert!(other.heard().is_empty());
}

#[tokio::test]
async fn rfc6750_5_3_a_token_is_not_carried_across_a_redirect() {
    for status in ["301 M", "302 F", "303 S", "307 T", "308 P"] {
        let (tokens, other) = (Server::saying("200 OK", "", TOKENS), Server::saying("200 OK", "", "{}"));
        let api = Server::saying(status, &format!("Location: {}/x\r\n", other.url), "");
        let client = at(&tokens.url, &api.url);
        let request = connected(&client).await.bearer().request(Method::GET, "/x").unwrap();
        assert!(client.send(request).await.unwrap().status().is_redirection(), "it is the answer");
        assert_eq!((api.heard().len(), other.heard().len()), (1, 0), "{status}");
    }
}
