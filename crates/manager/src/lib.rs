//! Many accounts kept alive: login, storage and renewal for a service, whatever its web framework.
//!
//! A [`Manager`] keeps the accounts of every provider, environment and app of a service. [`Manager::begin`] and
//! [`Manager::complete`] are the whole login; [`Manager::account`] is a handle whose
//! [`token`](Account::token) comes from memory, else from the row, else from one renewal for all who wait: in
//! this process, and in every other one that shares the store.
//!
//! ```
//! use mailgrant_core::{AuthorizationCode, Binding, Callback, Client, Error, http::Method};
//! use mailgrant_getresponse::GetResponse;
//! use mailgrant_manager::Manager;
//! use mailgrant_storage::{AccountKey, Vault};
//!
//! struct App { manager: Manager, getresponse: Client<GetResponse> }
//!
//! impl App {
//!     fn new(vault: Vault, getresponse: Client<GetResponse>) -> Self {
//!         Self { manager: Manager::builder(vault).client(getresponse.clone()).build(), getresponse }
//!     }
//!     async fn connect(&self, tenant: &str, session_id: &str) -> Result<String, Error> {
//!         let key = AccountKey::new(tenant, "getresponse", "main")?;
//!         let (grant, binding) = (AuthorizationCode::registered(), Binding::browser(session_id)?);
//!         Ok(self.manager.begin(&key, &self.getresponse, grant, &binding).await?.into()) // redirect there
//!     }
//!     async fn callback(&self, query: &str, session_id: &str) -> Result<(), Error> {
//!         self.manager.complete(Callback::parse(query)?, &Binding::browser(session_id)?).await?;
//!         Ok(())
//!     }
//!     async fn contacts(&self, tenant: &str) -> Result<u16, Error> {
//!         let account = self.manager.account(&AccountKey::new(tenant, "getresponse", "main")?);
//!         let request = account.token().await?.request(Method::GET, "/contacts")?;
//!         Ok(self.getresponse.send(request).await?.status().as_u16())
//!     }
//! }
//! ```
//!
//! [`Manager::start_upkeep`] renews in the background what is due although nobody asks; [`Manager::follow`] tells what
//! happened to accounts, in whichever process. With the feature `metrics`, counts, ages and delays go through the
//! `metrics` facade; the example `prometheus` shows them. Renewals are `tracing` spans, without a secret.
//!
//! # What it promises
//!
//! * A renewal runs on a task of its own. Dropping whoever asked for it, at any point, loses nothing.
//! * The attempt is stored before anything is sent; the answer is saved by the version that it replaces, by
//!   retry until it is in, and served from memory meanwhile.
//! * A token is never renewed without a claim. Whoever cannot have one gets the still-valid token, or an error
//!   that says when to try again.
//! * A pause that the provider asks one process for holds for all of them, and a provider that fails is asked by one at
//!   a time.
//! * Only the provider's clear word ends a grant. Silence is remembered as what it is: unknown.

mod account;
mod builder;
mod clients;
mod connect;
mod current;
mod disconnect;
mod flight;
mod follow;
mod gate;
mod import;
mod in_hand;
mod login;
mod look;
mod manager;
mod rejected;
mod renewal;
mod save;
mod schedule;
mod slot;
mod status;
mod sync;
mod tasks;
mod telemetry;
mod upkeep;

pub use crate::{
    account::Account,
    builder::ManagerBuilder,
    follow::Follow,
    login::NotKept,
    manager::Manager,
    status::{AccountStatus, Disconnected},
};
