//! A provider whose client credentials are not renewed has no `obtain`.
use mailgrant_core::{ClientCredentials, OfferedBy, Profile, Provider, Session, Unauthorized, renewal};

#[derive(Clone, Debug)]
struct Mine(Profile);

impl Provider for Mine {
    const NAME: &'static str = "mine";

    fn profile(&self) -> &Profile {
        &self.0
    }
}

impl OfferedBy<Mine> for ClientCredentials {
    type Renewal = renewal::Never;
}

async fn mistake(login: Session<Mine, ClientCredentials, Unauthorized>) {
    let _session = login.obtain().await;
}

fn main() {}
