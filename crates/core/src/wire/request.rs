//! What is sent, by grant.

use bytes::Bytes;
use http::{HeaderValue, Method, header};

use super::encode::{Fields, basic, challenge};
use crate::{
    AuthorizationCode, BodyFormat, ByConsent, Client, ClientAuth, Code, Grant, Provider, RefreshToken, Request,
    login::Login,
};

/// The largest answer of a token endpoint that is read.
const MAX_BODY: usize = 64 * 1024;

/// RFC 6749 §4.1.1 or §4.2.1: where the customer's browser goes.
pub(crate) fn authorize_url<P: Provider, G: ByConsent>(client: &Client<P>, grant: &G, login: &Login) -> String {
    let profile = client.profile();
    let mut query = Fields::new(BodyFormat::Form)
        .pair("response_type", G::RESPONSE_TYPE)
        .pair("client_id", &client.credentials().id);
    if let Some(redirect_uri) = grant.redirect_uri() {
        query = query.pair("redirect_uri", redirect_uri);
    }
    query = query.secret("state", &login.state);
    // A proof key proves the exchange of a code; a token from the consent page is not exchanged.
    if let Some(verifier) = login.verifier.as_ref().filter(|_| G::RESPONSE_TYPE == "code") {
        query = query.pair("code_challenge", &challenge(verifier)).pair("code_challenge_method", "S256");
    }
    let endpoint = profile.endpoints.authorize.as_str();
    let joint = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{joint}{}", query.into_query())
}

/// RFC 6749 §4.1.3: the code, for tokens.
pub(crate) fn exchange<P: Provider>(
    client: &Client<P>,
    grant: &AuthorizationCode,
    code: &Code,
    login: &Login,
) -> Request {
    let mut form = fields(client).pair("grant_type", "authorization_code").secret("code", code);
    if let Some(redirect_uri) = grant.redirect_uri() {
        form = form.pair("redirect_uri", redirect_uri);
    }
    if let Some(verifier) = &login.verifier {
        form = form.secret("code_verifier", verifier);
    }
    to_token_endpoint(client, form)
}

/// RFC 6749 §6: the refresh token, for the next tokens.
pub(crate) fn refresh<P: Provider>(client: &Client<P>, token: &RefreshToken) -> Request {
    to_token_endpoint(client, fields(client).pair("grant_type", "refresh_token").secret("refresh_token", token))
}

/// RFC 6749 §4.4.2: the app's own credentials, for a token of its own.
pub(crate) fn obtain<P: Provider>(client: &Client<P>) -> Request {
    to_token_endpoint(client, fields(client).pair("grant_type", "client_credentials"))
}

fn fields<P: Provider>(client: &Client<P>) -> Fields {
    Fields::new(client.profile().body)
}

fn to_token_endpoint<P: Provider>(client: &Client<P>, mut form: Fields) -> Request {
    let (profile, credentials) = (client.profile(), client.credentials());
    let authorization = match profile.client_auth {
        ClientAuth::Basic => Some(basic(credentials, false)),
        ClientAuth::BasicRaw => Some(basic(credentials, true)),
        ClientAuth::Body => {
            form = form.pair("client_id", &credentials.id).secret("client_secret", &credentials.secret);
            None
        }
    };
    let mut request = http::Request::new(Bytes::new());
    *request.method_mut() = Method::POST;
    request.uri_mut().clone_from(profile.endpoints.token.uri());
    let content_type = match profile.body {
        BodyFormat::Form => "application/x-www-form-urlencoded",
        BodyFormat::Json => "application/json;charset=utf-8",
    };
    let headers = request.headers_mut();
    headers.extend(profile.token_headers.clone());
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Some(authorization) = authorization {
        headers.insert(header::AUTHORIZATION, authorization);
    }
    *request.body_mut() = form.into_body();
    Request::new(request, profile.token_timeout, MAX_BODY)
}
