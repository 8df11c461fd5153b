//! At rest: records and logins meet their own client, and no other.

use mailgrant_core::{AuthorizationCode, Client, PendingAuthorization, Standing, TokenRecord, secrecy::ExposeSecret};

use crate::provider::{Postbox, Reply, TOKENS, callback, client, profile};

async fn record(client: &Client<Postbox>) -> TokenRecord {
    let login = client.begin(AuthorizationCode::registered());
    let callback = callback(&login);
    login.receive(callback).unwrap().exchange().await.unwrap().into_record()
}

#[tokio::test]
async fn a_record_comes_back_as_it_was() {
    let (client, ..) = client(profile("test"), vec![Reply::Answer(200, TOKENS)]);
    let bytes = record(&client).await.encode();
    #[expect(clippy::disallowed_methods, reason = "a test plays the store")]
    let record = TokenRecord::decode(bytes.expose_secret()).unwrap();
    let Standing::Live(session) = client.restore::<AuthorizationCode>(record).unwrap() else {
        panic!("a minute is left")
    };
    assert_eq!(session.bearer().header(), "Bearer a1");
}

#[tokio::test]
async fn the_format_of_version_1_always_loads() {
    let golden = br#"{"v":1,"identity":{"provider":"postbox","environment":"test","client_id":"id"},"grant":"authorization_code","renewal":"refresh","redirect_uri":null,"access_token":"a","refresh_token":"r","expires":{"at":1767225660000},"obtained_at":1767225600000,"scope":null,"unknown":false}"#;
    let (client, ..) = client(profile("test"), vec![]);
    let record = TokenRecord::decode(golden).unwrap();
    let Standing::Live(session) = client.restore::<AuthorizationCode>(record).unwrap() else {
        panic!("a minute is left")
    };
    #[expect(clippy::disallowed_methods, reason = "a test plays the store")]
    let again = session.into_record().encode().expose_secret().clone();
    assert_eq!(String::from_utf8(again).unwrap(), std::str::from_utf8(golden).unwrap());
}

#[test]
fn what_a_newer_build_wrote_is_left_alone() {
    for newer in [&br#"{"v":2,"anything":true}"#[..], br#"{"v":4000000000}"#] {
        assert_eq!(TokenRecord::decode(newer).unwrap_err().code(), "record_newer");
        assert_eq!(PendingAuthorization::decode(newer).unwrap_err().code(), "record_newer");
    }
    for broken in [&b""[..], b"{}", b"{\"v\":1}", b"\xff"] {
        assert_eq!(TokenRecord::decode(broken).unwrap_err().code(), "record_unreadable");
    }
}

#[tokio::test]
async fn another_environment_app_or_provider_is_refused() {
    let (home, ..) = client(profile("test"), vec![Reply::Answer(200, TOKENS)]);
    let record = record(&home).await;
    let (elsewhere, ..) = client(profile("production"), vec![]);
    let restored = elsewhere.restore::<AuthorizationCode>(record.clone());
    assert_eq!(restored.unwrap_err().code(), "environment_mismatch");
    let pending = home.begin(AuthorizationCode::registered()).into_pending();
    assert_eq!(elsewhere.resume::<AuthorizationCode>(pending).unwrap_err().code(), "environment_mismatch");
}
