//! VerticalResponse, whose generations a test addresses by what the emulator says of them.

mod classic;
mod classic_api;
mod classic_errors;
mod classic_replies;
mod delegated;
mod delegated_api;
mod delegated_settings;
mod faults;
mod front;
mod isolation;
mod revocation;

use form_urlencoded::Serializer;
use mailgrant_emulator::Addresses;

use crate::rig::{Answer, CALLBACK, FORM, Rig, form, parameter};

const CLIENT: [(&str, &str); 2] = [("client_id", "app"), ("client_secret", "secret")];

/// The path of an address, as a request line has it.
fn path(rig: &Rig, address: &str) -> String {
    address.strip_prefix(&rig.emulator.url()).unwrap().to_owned()
}

fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    format!("{path}?{}", Serializer::new(String::new()).extend_pairs(parameters).finish())
}

impl Rig {
    /// The consent page of one of VerticalResponse's generations.
    async fn vr_page(&self, addresses: &Addresses, parameters: &[(&str, &str)]) -> Answer {
        self.get(&with_query(&path(self, &addresses.authorize_url), parameters)).await
    }

    async fn classic_page(&self, redirect_uri: &str) -> Answer {
        let parameters = [("client_id", "app"), ("redirect_uri", redirect_uri)];
        self.vr_page(&self.emulator.verticalresponse(), &parameters).await
    }

    async fn classic_code(&self) -> String {
        parameter(&self.classic_page(CALLBACK).await.callback(), "code").unwrap()
    }

    /// An exchange by `GET` with the app's credentials.
    async fn classic_exchange(&self, code: &str) -> Option<Answer> {
        self.classic_ask("GET", &[("redirect_uri", CALLBACK), ("code", code)]).await
    }

    /// A token request with the app's credentials.
    async fn classic_ask(&self, method: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let token = path(self, &self.emulator.verticalresponse().token_url);
        let fields = [&CLIENT[..], fields].concat();
        match method {
            "GET" => self.send("GET", &with_query(&token, &fields), &[], "").await,
            _ => self.send(method, &token, &[FORM], &form(&fields)).await,
        }
    }

    async fn classic_connect(&self) -> String {
        let code = self.classic_code().await;
        self.classic_exchange(&code).await.unwrap().tokens().access
    }

    /// A `GET` at an API, with the token in the header.
    async fn vr_api(&self, addresses: &Addresses, resource: &str, access: &str) -> Answer {
        let api = path(self, &addresses.api_url);
        self.api(&format!("{api}/{resource}"), access).await
    }

    async fn classic_api(&self, resource: &str, access: &str) -> Answer {
        self.vr_api(&self.emulator.verticalresponse(), resource, access).await
    }

    async fn delegated_page(&self, parameters: &[(&str, &str)]) -> Answer {
        let fixed = [("client_id", "app"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("state", "s")];
        self.vr_page(&self.emulator.verticalresponse_delegated(), &[&fixed[..], parameters].concat()).await
    }

    async fn delegated_code(&self) -> String {
        parameter(&self.delegated_page(&[]).await.callback(), "code").unwrap()
    }

    /// A token request with the app's credentials.
    async fn delegated_ask(&self, fields: &[(&str, &str)]) -> Option<Answer> {
        let token = path(self, &self.emulator.verticalresponse_delegated().token_url);
        self.send("POST", &token, &[FORM], &form(&[&CLIENT[..], fields].concat())).await
    }

    async fn delegated_exchange(&self, code: &str) -> Option<Answer> {
        let fields = [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code", code)];
        self.delegated_ask(&fields).await
    }

    async fn delegated_refresh(&self, token: &str) -> Option<Answer> {
        self.delegated_ask(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    async fn delegated_connect(&self) -> crate::rig::Tokens {
        let code = self.delegated_code().await;
        self.delegated_exchange(&code).await.unwrap().tokens()
    }

    async fn delegated_api(&self, resource: &str, access: &str) -> Answer {
        self.vr_api(&self.emulator.verticalresponse_delegated(), resource, access).await
    }

    async fn delegated_revoke(&self, token: &str) -> Option<Answer> {
        let revoke = path(self, &self.emulator.verticalresponse_delegated().revoke_url.unwrap());
        let fields = [&CLIENT[..], &[("refresh_token", token)]].concat();
        self.send("DELETE", &revoke, &[FORM], &form(&fields)).await
    }
}
