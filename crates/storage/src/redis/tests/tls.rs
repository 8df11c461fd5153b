//! Secured connections: our own by rustls, the caller's as they come.

use std::fs;

use super::{
    server::{Server, free_ports},
    *,
};
use crate::{Store, StoreError};

/// A server that is reached in both ways, and where its secured one is.
async fn secured() -> (Server, String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let [certificate, key] = [("certificate", CERTIFICATE), ("key", KEY)].map(|(name, pem)| {
        let path = folder.path().join(name);
        fs::write(&path, pem).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let [port] = free_ports();
    let server = Server::start(&[
        "--tls-port",
        &port,
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
        "--tls-auth-clients",
        "no",
    ])
    .await;
    (server, format!("rediss://localhost:{port}"), folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_reached_over_tls_if_its_certificate_is_trusted() {
    let (_server, url, _folder) = secured().await;
    let refused = RedisStore::builder().patience(Duration::from_secs(5)).open(&url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    assert!(format!("{refused:?}").to_lowercase().contains("certificate"), "{refused:?}");

    let roots = ::redis::TlsCertificates { client_tls: None, root_cert: Some(CERTIFICATE.into()) };
    let client = ::redis::Client::build_with_tls(url, roots).unwrap();
    let manager = client.get_connection_manager().await.unwrap();
    let store = RedisStore::builder().over(manager).await.unwrap();
    let seen = store.put(&key("main"), None, &entry(b"sealed")).await.unwrap();
    assert_eq!(store.load(&key("main")).await.unwrap().unwrap().version, seen);
}

/// Made for this test: `localhost`, for a hundred years.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBpTCCAUygAwIBAgIUNj1EDgCHo0yO8N9LmE7VW5IQPNEwCgYIKoZIzj0EAwIw
HjEcMBoGA1UEAwwTYSB0ZXN0IG9mIG1haWxncmFudDAgFw0yNjExMjIwNTMxMDla
GA8yMTI2MTAyOTA1MzEwOVowHjEcMBoGA1UEAwwTYSB0ZXN0IG9mIG1haWxncmFu
dDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFdBv7anrCobwP1Pa+Yn1AfNp/qj
1hBvFk2dGcXK5nl2TCmeBiDPxyacYnpsx6OcMoEFCQhdLOlCbraabGTfKGmjZjBk
MB0GA1UdDgQWBBT2pMJsE3W03Rwww2X+4DbPROjlmTAfBgNVHSMEGDAWgBT2pMJs
E3W03Rwww2X+4DbPROjlmTAMBgNVHRMBAf8EAjAAMBQGA1UdEQQNMAuCCWxvY2Fs
aG9zdDAKBggqhkjOPQQDAgNHADBEAiBieTQ4EYk/N/coOvtBNHP6US3shdRc6h/8
G/BDLCz5LgIgPesLQCIDXq0DVNokK9oUNZ186M8P+Yn8xa6HrKrSbWA=
-----END CERTIFICATE-----
";

/// Its key, which opens nothing.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgP1snIA3flFLq4Nlr
BtNuAPILg6PuynfTZCznEBvGGMmhRANCAARXQb+2p6wqG8D9T2vmJ9QHzaf6o9YQ
bxZNnRnFyuZ5dkwpngYgz8cmnGJ6bMejnDKBBQkIXSzpQm62mmxk3yhp
-----END PRIVATE KEY-----
";
