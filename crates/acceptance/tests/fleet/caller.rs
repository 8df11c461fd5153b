//! A caller in a worker: asks for an account's token, and uses it as the manager's documentation says.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use mailgrant_core::{Client, Error, ErrorKind, Expiry, Host, SystemHost, bytes::Bytes, http::Method};
use mailgrant_getresponse::GetResponse;
use mailgrant_manager::{Account, Manager};

use crate::{words::Told, world::key};

/// When whoever is told to try later comes again, and how often.
const AGAIN: Duration = Duration::from_millis(500);
const TRIES: u32 = 60;

/// What all callers of a worker share.
pub(crate) struct Callers {
    pub(crate) manager: Manager,
    pub(crate) client: Client<GetResponse>,
    /// Whose accounts they are, as the API says.
    pub(crate) owners: Mutex<HashMap<usize, Bytes>>,
}

impl Callers {
    /// One call. Who only asks is served by a token alone.
    pub(crate) async fn call(&self, number: usize, uses: bool) -> Result<(), Told> {
        let account = self.manager.account(&key(number));
        if uses { self.use_it(number, &account).await } else { account.token().await.map(drop).map_err(told) }
    }

    /// A call of somebody who comes again when told to.
    pub(crate) async fn call_until_served(&self, number: usize) -> Result<(), Told> {
        for _ in 0..TRIES {
            match self.call(number, true).await {
                Err(Told::Later(_)) => SystemHost.sleep(AGAIN).await,
                answered => return answered,
            }
        }
        Err(Told::fault("later, and later again"))
    }

    async fn use_it(&self, number: usize, account: &Account) -> Result<(), Told> {
        loop {
            let mut bearer = account.token().await.map_err(told)?;
            for first in [true, false] {
                let request = bearer.request(Method::GET, "/accounts").map_err(told)?;
                let answer = self.client.send(request).await.map_err(told)?;
                if !bearer.is_rejected_by(&answer) {
                    return self.expect_own(number, answer.status().as_u16(), answer.into_body());
                }
                if first {
                    bearer = account.reject(&bearer).await.map_err(told)?;
                }
            }
            // On a slow machine it may have ended on its way.
            let late = matches!(bearer.expires_at(), Expiry::At(end) if end <= SystemHost.now());
            if !late {
                return Err(Told::Spoiled);
            }
        }
    }

    /// The same account's answer as the first time.
    fn expect_own(&self, number: usize, status: u16, body: Bytes) -> Result<(), Told> {
        if status != 200 {
            return Err(Told::fault(status));
        }
        let mut owners = self.owners.lock().unwrap();
        let owner = owners.entry(number).or_insert_with(|| body.clone());
        if *owner == body { Ok(()) } else { Err(Told::fault("another customer's account")) }
    }
}

fn told(error: Error) -> Told {
    let code = error.code().to_owned();
    match error.kind() {
        ErrorKind::TryLater => Told::Later(code),
        ErrorKind::AskUser => Told::Lost(code),
        _ => Told::Fault(code),
    }
}
