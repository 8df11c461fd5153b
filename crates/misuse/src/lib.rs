//! What the illegal programs need besides the library and its providers: a provider that offers no grant.

use mailgrant_core::{Profile, Provider};

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
