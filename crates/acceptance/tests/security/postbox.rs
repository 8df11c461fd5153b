//! A provider of the tests' own, whose profile says what GetResponse's does not.

use std::sync::Arc;

use mailgrant_core::{
    AuthorizationCode, Client, Endpoints, OfferedBy, Profile, Provider, ReqwestTransport, renewal, testing::ManualHost,
};
use mailgrant_emulator::Emulator;

use crate::service::credentials;

#[derive(Clone, Debug)]
pub(crate) struct Postbox(Profile);

impl Provider for Postbox {
    const NAME: &'static str = "postbox";

    fn profile(&self) -> &Profile {
        &self.0
    }
}

impl OfferedBy<Postbox> for AuthorizationCode {
    type Renewal = renewal::Refresh;
}

/// A client of a postbox that `emulator` plays, with a profile that `change` has changed.
pub(crate) fn client(emulator: &Emulator, host: &ManualHost, change: impl FnOnce(&mut Profile)) -> Client<Postbox> {
    at(&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url(), host, change)
}

/// The same at these addresses.
pub(crate) fn at(
    authorize: &str,
    token: &str,
    api: &str,
    host: &ManualHost,
    change: impl FnOnce(&mut Profile),
) -> Client<Postbox> {
    let mut profile = Profile::new("test", Endpoints::parse(authorize, token, api).unwrap());
    change(&mut profile);
    let transport = Arc::new(ReqwestTransport::builder().build().unwrap());
    Client::builder(Postbox(profile), credentials(), transport).host(Arc::new(host.clone())).build().unwrap()
}
