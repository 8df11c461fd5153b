//! The link to a collection's next page, which may lead to another host.

use mailgrant_core::{Bearer, Client, Provider, bytes::Bytes, http};
use serde_json::Value;

use crate::bench::Bench;

/// A token never goes where an answer says that it should: not by [`Bearer::request`], which takes no addresses, nor
/// by [`Client::send`], unless the address is the API's own.
pub(crate) async fn follow<P: Provider>(bench: &mut Bench, client: &Client<P>, bearer: &Bearer<P>, is_own: bool) {
    let called = bench.call(client, bearer, "/contacts?limit=1").await;
    let page: Value = serde_json::from_slice(called.answer.body()).unwrap();
    let next = page["links"]["next"]["url"].as_str().unwrap();
    assert_eq!(bearer.request(http::Method::GET, next).unwrap_err().code(), "path_invalid");
    let by_hand =
        http::Request::get(next).header(http::header::AUTHORIZATION, bearer.header()).body(Bytes::new()).unwrap();
    match client.send(by_hand).await {
        Ok(answer) => {
            bench.expected.api_calls += 1;
            assert!(is_own && answer.status() == 200, "{next}");
        }
        Err(error) => {
            bench.hear(&error);
            assert!(!is_own && error.code() == "host_mismatch", "{next}: {error}");
        }
    }
}
