//! What is kept: RFC 6749 §10.3, §10.4, §10.8.

use mailgrant_core::TokenRecord;
use mailgrant_storage::KeyRing;

use crate::service::{SECRET, Service, browser, bytes_in, holds, opened, parameter, token_of};

fn written(record: &TokenRecord, field: &str) -> String {
    let entry: serde_json::Value = serde_json::from_slice(opened(&record.encode())).unwrap();
    entry[field].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn rfc6749_10_3_10_4_and_10_8_are_kept_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::on_file(folder.path(), KeyRing::ephemeral()).await;
    let binding = browser("cookie");
    let address = service.address(&binding).await;
    let account = service.complete(&address, &binding).await.unwrap();
    let access = token_of(&account.token().await.unwrap());
    let record = service.vault.load(&service.key).await.unwrap().unwrap().record.unwrap();
    assert_eq!(written(&record, "access_token"), access);
    let refresh = written(&record, "refresh_token");
    let waiting = service.address(&binding).await;
    let stored = bytes_in(folder.path());
    assert!(holds(&stored, "mailgrant_logins"), "these are the right bytes");
    let (code, state) = (parameter(&address, "code"), parameter(&waiting, "state"));
    for (what, secret) in [("an access token", &*access), ("a refresh token", &*refresh), ("a code", code)] {
        assert!(!holds(&stored, secret), "{what}");
    }
    assert!(!holds(&stored, state) && !holds(&stored, SECRET));
}
