//! GetResponse, as a declaration: where it is spoken to, which grants it offers, what its errors mean.
//!
//! ```no_run
//! use mailgrant_core::{AuthorizationCode, Callback, Client, Credentials, Error, http::Method};
//! use mailgrant_getresponse::GetResponse;
//!
//! # async fn run(pasted: &str) -> Result<(), Error> {
//! let client = Client::new(GetResponse::retail(), Credentials::new("client-id", "client-secret"))?;
//! let login = client.begin(AuthorizationCode::registered());
//! println!("open {}", login.authorize_url());
//! let session = login.receive(Callback::parse(pasted)?)?.exchange().await?;
//! let accounts = session.bearer().request(Method::GET, "/accounts")?;
//! println!("{}", client.send(accounts).await?.status());
//! # Ok(()) }
//! ```
//!
//! An app is registered in the panel, under *Integrations & API*, *Authorizations* (or *Custom apps*):
//! <https://app.getresponse.com/authorizations>. A click on its name shows its client id and client secret. Its
//! redirect URL is registered there too, and [`AuthorizationCode::registered`] is the form that GetResponse
//! documents: no `redirect_uri` is sent.
//!
//! | grant | for | once its token has ended |
//! |---|---|---|
//! | [`AuthorizationCode`] | customers of a service with a server | `refresh` |
//! | [`ClientCredentials`] | your own account, scripts | `obtain` |
//! | [`Implicit`] | a page without a server; advised against | the customer is asked again |
//! | [`Adopted`] | the panel's "generate credentials" | another is adopted |
//!
//! [`GetResponse::max`] is the environment of a MAX customer.

mod environment;
mod panel_domain;
mod refusal;

pub use crate::{
    environment::{GetResponse, Region},
    panel_domain::PanelDomain,
};

use mailgrant_core::{
    Adopted, Answer, AuthorizationCode, ClientCredentials, Implicit, OfferedBy, Profile, Provider, Refusal, Verdict,
    bytes::Bytes, http::Response, renewal,
};

impl Provider for GetResponse {
    const NAME: &'static str = "getresponse";

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

impl OfferedBy<GetResponse> for AuthorizationCode {
    type Renewal = renewal::Refresh;
}

impl OfferedBy<GetResponse> for ClientCredentials {
    type Renewal = renewal::Obtain;
}

impl OfferedBy<GetResponse> for Implicit {
    type Renewal = renewal::Never;
}

impl OfferedBy<GetResponse> for Adopted {
    type Renewal = renewal::Never;
}
