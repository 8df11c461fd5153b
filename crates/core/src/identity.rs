//! ClientIdentity: which app, at which provider, in which environment.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Which app, at which provider, in which environment: kept with every grant, so that it meets no other client.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClientIdentity {
    /// The provider's name.
    pub provider: String,
    /// The environment's name.
    pub environment: String,
    /// The app's id at the provider.
    pub client_id: String,
}

impl ClientIdentity {
    pub(crate) fn expect(&self, other: &Self) -> Result<(), Error> {
        let (what, of) = if self.provider != other.provider {
            ("provider_mismatch", "another provider")
        } else if self.environment != other.environment {
            ("environment_mismatch", "another environment of the provider")
        } else if self.client_id != other.client_id {
            ("client_mismatch", "another app (client id)")
        } else {
            return Ok(());
        };
        Err(Error::configuration(
            what,
            format!("this grant is of {of} than the client it was given to: use the client that it was made with"),
        ))
    }
}
