//! What the illegal programs share: providers that offer less than GetResponse.

use mailgrant_core::{AuthorizationCode, Client, OfferedBy, Profile, Provider, renewal};
use mailgrant_getresponse::GetResponse;

/// A provider whose tokens are not renewed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Once(Profile);

impl Provider for Once {
    const NAME: &'static str = "once";

    fn profile(&self) -> &Profile {
        &self.0
    }
}

impl OfferedBy<Once> for AuthorizationCode {
    type Renewal = renewal::Never;
}

/// A provider that offers no grant at all.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Mute(Profile);

impl Provider for Mute {
    const NAME: &'static str = "mute";

    fn profile(&self) -> &Profile {
        &self.0
    }
}

/// A client to be misused: the programs are compiled and never run.
pub fn client() -> Client<GetResponse> {
    unreachable!("never run")
}

/// As [`client`], of a provider whose tokens are not renewed.
pub fn once() -> Client<Once> {
    unreachable!("never run")
}

/// As [`client`], of a provider that offers no grant.
pub fn mute() -> Client<Mute> {
    unreachable!("never run")
}
