//! What a provider offers is said where the provider is declared.
use mailgrant_core::{ClientCredentials, OfferedBy, renewal};
use mailgrant_verticalresponse::VerticalResponse;

impl OfferedBy<VerticalResponse> for ClientCredentials {
    type Renewal = renewal::Obtain;
}

fn main() {}
