//! Provider: a declaration of who is spoken to, at which environment.

use std::fmt::Debug;

use bytes::Bytes;
use http::Response;

use crate::{Answer, Profile, Refusal, Verdict, refusal, verdict};

/// A provider of grants. The *value* is the environment: the same provider elsewhere is another value.
///
/// A provider is a table of facts and a reader of its refusals. It does no I/O and keeps no state, and
/// everything here but the first two lines has the standard's behaviour as its default:
///
/// ```
/// use mailgrant_core::{AuthorizationCode, Endpoints, OfferedBy, Profile, Provider, renewal};
///
/// #[derive(Clone, Debug)]
/// struct Postbox(Profile);
///
/// impl Provider for Postbox {
///     const NAME: &'static str = "postbox";
///     fn profile(&self) -> &Profile {
///         &self.0
///     }
/// }
///
/// impl OfferedBy<Postbox> for AuthorizationCode {
///     type Renewal = renewal::Refresh;
/// }
///
/// # fn main() -> Result<(), mailgrant_core::Error> {
/// let endpoints = Endpoints::parse("https://postbox.example/authorize", "https://postbox.example/token", "https://api.postbox.example")?;
/// let postbox = Postbox(Profile::new("production", endpoints));
/// # Ok(()) }
/// ```
pub trait Provider: Clone + Debug + Send + Sync + 'static {
    /// The name under which grants are kept, in lower case.
    const NAME: &'static str;

    /// How this environment wants to be spoken to.
    fn profile(&self) -> &Profile;

    /// Reads an answer of the token endpoint, or of the one for revocations, that may be a refusal; `None` if it is none
    /// that is known.
    ///
    /// It is asked for answers of status 2xx and 4xx only: no other answer is a verdict. Of an answer of status 429
    /// only the pause is taken.
    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        refusal::standard(answer)
    }

    /// What the API's answer says about the token that it was asked with.
    fn verdict(&self, answer: &Response<Bytes>) -> Verdict {
        verdict::standard(answer)
    }
}
