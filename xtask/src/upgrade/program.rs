//! A fleet while it is updated: replicas of two builds on one store.

use std::{env, path::Path};

/// A process of the fleet, of either build.
macro_rules! replica {
    ($name:ident, $core:ident, $storage:ident) => {
        mod $name {
            use $core::{RecordFormat, TokenRecord, secrecy::SecretBox};
            use $storage::{AccountKey, KeyRing, Timing, Vault, sqlite::SqliteStore};

            pub struct Replica(Vault);

            impl Replica {
                pub async fn start(store: &std::path::Path, format: RecordFormat) -> Self {
                    let ring = KeyRing::new("fleet", &SecretBox::new(Box::new(vec![7; 32]))).unwrap();
                    Self(Vault::new(SqliteStore::open(store).await.unwrap(), ring).writing(format))
                }

                /// Stores what this replica obtained: the account, with a word by which it is known again.
                pub async fn obtains(&self, account: &str, word: &str) {
                    let key = AccountKey::new("tenant", "getresponse", account).unwrap();
                    let seen = self.0.store().load(&key).await.unwrap().map(|row| row.version);
                    let record = TokenRecord::decode(super::RECORD.as_bytes()).unwrap().of_account(word);
                    self.0.put(&key, seen, &record, Timing::default(), None).await.unwrap();
                }

                /// The word, or why it cannot be read.
                pub async fn reads(&self, account: &str) -> Result<String, &'static str> {
                    let key = AccountKey::new("tenant", "getresponse", account).unwrap();
                    let kept = self.0.load(&key).await.map_err(|error| error.code())?.unwrap();
                    Ok(kept.record.unwrap().account_id().unwrap().to_owned())
                }

                /// What lies there, sealed.
                pub async fn sealed(&self, account: &str) -> Vec<u8> {
                    let key = AccountKey::new("tenant", "getresponse", account).unwrap();
                    self.0.store().load(&key).await.unwrap().unwrap().sealed.unwrap().bytes
                }
            }
        }
    };
}

replica!(now, now_core, now_storage);
replica!(next, next_core, next_storage);

const RECORD: &str = r#"{"v":1,"identity":{"provider":"getresponse","environment":"retail","client_id":"app"},
    "grant":"authorization_code","renewal":"refresh","redirect_uri":null,"access_token":"a","refresh_token":"r",
    "expires":{"at":1},"obtained_at":0,"scope":null,"unknown":false}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = env::var_os("MAILGRANT_UPGRADE").expect("MAILGRANT_UPGRADE names a folder");
    let store = Path::new(&folder).join("accounts.db");
    let old = now::Replica::start(&store, now_core::RecordFormat::default()).await;
    old.obtains("main", "of the old").await;

    // The first replica is updated: each reads what the other writes, and writes over it.
    let new = next::Replica::start(&store, next_core::RecordFormat::default()).await;
    assert_eq!(new.reads("main").await.unwrap(), "of the old");
    new.obtains("main", "of the new").await;
    assert_eq!(old.reads("main").await.unwrap(), "of the new");
    old.obtains("main", "of the old again").await;
    assert_eq!(new.reads("main").await.unwrap(), "of the old again");

    // Told too early to write what it alone reads: the old ones say so, and leave it as it is.
    let told = next::Replica::start(&store, next_core::RecordFormat::V2).await;
    told.obtains("early", "in the new format").await;
    assert_eq!(
        new.reads("early").await.unwrap(),
        "in the new format",
        "what is read does not depend on what is written"
    );
    let sealed = old.sealed("early").await;
    for _ in 0..3 {
        assert_eq!(old.reads("early").await, Err("record_newer"));
    }
    assert_eq!(told.sealed("early").await, sealed);
    assert_eq!(old.reads("main").await.unwrap(), "of the old again", "the others are served");

    // Told otherwise again, the next write is one that everybody reads.
    new.obtains("early", "in the old format").await;
    assert_eq!(old.reads("early").await.unwrap(), "in the old format");

    // The last one is updated: what the old ones wrote is read for ever, and the new format may be asked for.
    drop(old);
    told.obtains("late", "in the new format").await;
    assert_eq!(new.reads("late").await.unwrap(), "in the new format");
    assert_eq!(told.reads("main").await.unwrap(), "of the old again");
    println!("two builds shared a store, and neither lost what the other wrote");
}
