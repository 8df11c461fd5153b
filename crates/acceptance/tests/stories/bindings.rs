//! The three marks of a callback, through the manager.

use mailgrant_acceptance::{REDIRECT_URI, client_of, consent, emulator, verticalresponse};
use mailgrant_core::{AuthorizationCode, Binding, Callback, Client, Error};
use mailgrant_emulator::{Emulator, Settings};
use mailgrant_manager::Manager;
use mailgrant_storage::{AccountKey, KeyRing, Vault, memory::MemoryStore};
use mailgrant_verticalresponse::VerticalResponse;

struct Desk {
    emulator: Emulator,
    client: Client<VerticalResponse>,
    manager: Manager,
}

impl Desk {
    async fn with(change: impl FnOnce(VerticalResponse) -> VerticalResponse) -> Self {
        let emulator = emulator(Settings::default()).await.unwrap();
        let client = client_of(change(verticalresponse(&emulator).unwrap())).unwrap();
        let vault = Vault::new(MemoryStore::default(), KeyRing::ephemeral());
        Self { emulator, manager: Manager::builder(vault).client(client.clone()).build(), client }
    }

    /// The address that the browser `cookie` comes back to, having begun to connect `account`.
    async fn begin(&self, account: &str, cookie: &str) -> Result<String, Error> {
        let key = AccountKey::new("tenant", "verticalresponse", account)?;
        let grant = AuthorizationCode::returning_to(REDIRECT_URI)?;
        let url = self.manager.begin(&key, &self.client, grant, &Binding::browser(cookie)?).await?;
        consent(url.as_str()).await
    }

    /// The account that is connected, or the word for why none is.
    async fn complete(&self, address: &str, cookie: &str) -> Result<String, &'static str> {
        let callback = Callback::parse(address).map_err(|error| error.code())?;
        let completed = self.manager.complete(callback, &Binding::browser(cookie).unwrap()).await;
        completed.map(|account| account.key().account().to_owned()).map_err(|error| error.code())
    }

    fn sent(&self) -> u64 {
        self.emulator.counters().token_requests
    }
}

#[tokio::test]
async fn a_nonce_in_the_redirect_uri_marks_a_callback() {
    let desk = Desk::with(|provider| provider).await;
    let (one, two) = (desk.begin("one", "cookie").await.unwrap(), desk.begin("two", "cookie").await.unwrap());
    assert!(one.starts_with(&format!("{REDIRECT_URI}?state=")) && one.contains("&code="), "{one}");
    assert_eq!(desk.complete(&one, "another cookie").await, Err("login_unknown"));
    let (bare, code) = one.split_once("?state=").unwrap();
    let code = code.split_once("&code=").unwrap().1;
    assert_eq!(desk.complete(&format!("{bare}?code={code}"), "cookie").await, Err("state_missing"));
    assert_eq!(desk.complete(&format!("{one}&state=x"), "cookie").await, Err("callback_ambiguous"));
    assert_eq!(desk.sent(), 0, "nothing was sent");
    assert_eq!(desk.complete(&two, "cookie").await.as_deref(), Ok("two"), "each callback is its own login's");
    assert_eq!(desk.complete(&one, "cookie").await.as_deref(), Ok("one"));
    assert_eq!(desk.complete(&one, "cookie").await, Err("login_used"));
    assert_eq!(desk.sent(), 2);
}

#[tokio::test]
async fn a_fixed_redirect_uri_leaves_one_login_to_each_browser() {
    let desk = Desk::with(VerticalResponse::with_fixed_redirect_uri).await;
    let one = desk.begin("one", "cookie").await.unwrap();
    assert!(one.starts_with(&format!("{REDIRECT_URI}?code=")), "{one}");
    assert_eq!(desk.complete(&one, "another cookie").await, Err("login_unknown"));
    assert_eq!(desk.complete(&format!("{one}&state=S"), "cookie").await, Err("login_unknown"), "none was sent");
    let elsewhere = desk.begin("elsewhere", "another cookie").await.unwrap();
    assert_eq!(desk.sent(), 0, "nothing was sent");
    assert_eq!(desk.complete(&one, "cookie").await.as_deref(), Ok("one"));
    assert_eq!(desk.complete(&one, "cookie").await, Err("login_used"));
    assert_eq!(desk.complete(&elsewhere, "another cookie").await.as_deref(), Ok("elsewhere"));
    // The browser that gave up its first login has the second.
    desk.begin("given up", "cookie").await.unwrap();
    let second = desk.begin("second", "cookie").await.unwrap();
    assert_eq!(desk.complete(&second, "cookie").await.as_deref(), Ok("second"));
    assert_eq!(desk.complete(&second, "cookie").await, Err("login_used"));
    assert_eq!(desk.sent(), 3);
}

#[tokio::test]
async fn a_state_that_is_returned_is_compared() {
    let desk = Desk::with(VerticalResponse::with_state).await;
    let silent = desk.begin("silent", "cookie").await.unwrap();
    assert_eq!(desk.complete(&silent, "cookie").await, Err("state_missing"));
    assert_eq!(desk.sent(), 0, "nothing was sent");
    desk.emulator.settings(|settings| settings.verticalresponse.state_returned = true);
    let heard = desk.begin("heard", "cookie").await.unwrap();
    assert_eq!(desk.complete(&heard, "another cookie").await, Err("login_unknown"));
    assert_eq!(desk.complete(&heard, "cookie").await.as_deref(), Ok("heard"));
}
