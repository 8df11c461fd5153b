//! VerticalResponse, as a declaration: both of its generations, and what its errors mean.
//!
//! There are two kinds of apps, and each speaks its own dialect of OAuth 2.0 to hosts of its own:
//!
//! | | [`VerticalResponse`] | [`VerticalResponseDelegated`] |
//! |---|---|---|
//! | documented by | the developer portal's *Authentication* page | the example that VerticalResponse publishes |
//! | registered in | the developer portal, *My Account*, *Applications* | account settings, *API Applications*, type *Delegated app* |
//! | code exchange | `GET`, with the app's secret in the URL | `POST` |
//! | access tokens | do not expire | expire |
//! | once its token has ended | the customer is asked again | `refresh`; the refresh token rotates |
//! | revoked by | the customer, in the panel | `revoke`, or the customer |
//!
//! Both offer one grant, [`AuthorizationCode`], and want its redirect URI in both requests:
//!
//! ```no_run
//! use mailgrant_core::{AuthorizationCode, Callback, Client, Credentials, Error, http::Method};
//! use mailgrant_verticalresponse::VerticalResponse;
//!
//! # async fn run(pasted: &str) -> Result<(), Error> {
//! let client = Client::new(VerticalResponse::production(), Credentials::new("client-id", "client-secret"))?;
//! let login = client.begin(AuthorizationCode::returning_to("https://app.example/callback")?);
//! println!("open {}", login.authorize_url());
//! let session = login.receive(Callback::parse(pasted)?)?.exchange().await?;
//! println!("account {:?}", session.account_id());
//! let contacts = session.bearer().request(Method::GET, "/contacts")?;
//! println!("{}", client.send(contacts).await?.status());
//! # Ok(()) }
//! ```
//!
//! A grant of one generation is refused at the other: their tokens are not each other's.

mod classic;
mod delegated;
mod refusal;

pub use crate::{classic::VerticalResponse, delegated::VerticalResponseDelegated};

use mailgrant_core::{
    Answer, AuthorizationCode, Endpoint, Endpoints, Error, OfferedBy, Profile, Provider, Refusal, Verdict,
    bytes::Bytes, http::Response, renewal,
};

/// The name under which the grants of both are kept: a customer who consents to the newer app keeps the account.
const NAME: &str = "verticalresponse";

impl Provider for VerticalResponse {
    const NAME: &'static str = NAME;

    fn profile(&self) -> &Profile {
        self.profile_of_environment()
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        refusal::read(answer)
    }

    fn verdict(&self, answer: &Response<Bytes>) -> Verdict {
        refusal::verdict(answer)
    }
}

impl OfferedBy<VerticalResponse> for AuthorizationCode {
    type Renewal = renewal::Never;
}

impl Provider for VerticalResponseDelegated {
    const NAME: &'static str = NAME;

    fn profile(&self) -> &Profile {
        self.profile_of_environment()
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        refusal::read(answer)
    }

    fn verdict(&self, answer: &Response<Bytes>) -> Verdict {
        refusal::verdict(answer)
    }
}

impl OfferedBy<VerticalResponseDelegated> for AuthorizationCode {
    type Renewal = renewal::Refresh;
}

/// The name of an environment that another server plays: its addresses, so that a grant of it is good nowhere else.
fn played(generation: &str, endpoints: &Endpoints) -> String {
    let [authorize, token, api] = [&endpoints.authorize, &endpoints.token, &endpoints.api].map(Endpoint::without_query);
    format!("{generation} at {authorize} {token} {api}")
}

fn well_formed<T>(parsed: Result<T, Error>) -> T {
    match parsed {
        Ok(parsed) => parsed,
        Err(error) => unreachable!("it is well-formed: {error}"),
    }
}
