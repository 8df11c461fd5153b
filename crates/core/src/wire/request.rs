//! What is sent, by grant.

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use zeroize::Zeroizing;

use super::encode::{Fields, basic, challenge};
use crate::{
    AuthorizationCode, BodyFormat, ByConsent, Client, ClientAuth, Code, Endpoint, Error, ExchangeMethod, Grant,
    Provider, RefreshToken, Request, RevocationEndpoint, RevocationForm,
    login::{Login, Mark},
};

/// The largest answer of a token endpoint that is read.
const MAX_BODY: usize = 64 * 1024;

/// RFC 6749 §4.1.1 or §4.2.1: where the customer's browser goes.
pub(crate) fn authorize_url<P: Provider, G: ByConsent>(
    client: &Client<P>,
    grant: &G,
    login: &Login,
) -> Zeroizing<String> {
    let profile = client.profile();
    let mut query = Fields::new(BodyFormat::Form);
    if profile.response_type {
        query = query.pair("response_type", G::RESPONSE_TYPE);
    }
    query = query.pair("client_id", &client.credentials().id);
    if let Some(redirect_uri) = login.redirect_uri(grant.redirect_uri()) {
        query = query.pair("redirect_uri", &redirect_uri);
    }
    if let Mark::State(state) = &login.mark {
        query = query.secret("state", state);
    }
    // A proof key proves the exchange of a code; a token from the consent page is not exchanged.
    if let Some(verifier) = login.verifier.as_ref().filter(|_| G::RESPONSE_TYPE == "code") {
        query = query.pair("code_challenge", &challenge(verifier)).pair("code_challenge_method", "S256");
    }
    query.in_address_of(&profile.endpoints.authorize)
}

/// RFC 6749 §4.1.3: the code, for tokens.
pub(crate) fn exchange<P: Provider>(
    client: &Client<P>,
    grant: &AuthorizationCode,
    code: &Code,
    login: &Login,
) -> Result<Request, Error> {
    let in_query = client.profile().exchange == ExchangeMethod::Get;
    let mut form = match in_query {
        true => credentials(client, Fields::new(BodyFormat::Form)),
        false => fields(client).pair("grant_type", "authorization_code"),
    };
    form = form.secret("code", code);
    if let Some(redirect_uri) = login.redirect_uri(grant.redirect_uri()) {
        form = form.pair("redirect_uri", &redirect_uri);
    }
    if let Some(verifier) = &login.verifier {
        form = form.secret("code_verifier", verifier);
    }
    if in_query { in_token_url(client, &form) } else { Ok(to_token_endpoint(client, form)) }
}

/// RFC 6749 §6: the refresh token, for the next tokens.
pub(crate) fn refresh<P: Provider>(client: &Client<P>, token: &RefreshToken) -> Request {
    to_token_endpoint(client, fields(client).pair("grant_type", "refresh_token").secret("refresh_token", token))
}

/// RFC 6749 §4.4.2: the app's own credentials, for a token of its own.
pub(crate) fn obtain<P: Provider>(client: &Client<P>) -> Request {
    to_token_endpoint(client, fields(client).pair("grant_type", "client_credentials"))
}

/// Gives the grant back: RFC 7009 §2.1, or what the provider has in its place.
pub(crate) fn revoke<P: Provider>(client: &Client<P>, at: &RevocationEndpoint, token: &RefreshToken) -> Request {
    let form = Fields::new(BodyFormat::Form);
    match at.form {
        RevocationForm::Standard => {
            let form = form.secret("token", token).pair("token_type_hint", "refresh_token");
            to_endpoint(client, Method::POST, &at.endpoint, form)
        }
        RevocationForm::Delete => {
            let form = form.secret("refresh_token", token);
            to_endpoint(client, Method::DELETE, &at.endpoint, form)
        }
    }
}

fn fields<P: Provider>(client: &Client<P>) -> Fields {
    Fields::new(client.profile().body)
}

fn credentials<P: Provider>(client: &Client<P>, form: Fields) -> Fields {
    let credentials = client.credentials();
    form.pair("client_id", &credentials.id).secret("client_secret", &credentials.secret)
}

/// All of it in the query of the token endpoint: the URL is a secret from here on.
fn in_token_url<P: Provider>(client: &Client<P>, fields: &Fields) -> Result<Request, Error> {
    let profile = client.profile();
    let mut request = http::Request::new(Bytes::new());
    *request.uri_mut() = fields.in_query_of(&profile.endpoints.token).ok_or_else(|| {
        Error::ask_user(
            "exchange_too_long",
            "the code does not fit into the URL that the provider wants it in: nothing was sent; begin the login again",
        )
    })?;
    let headers = request.headers_mut();
    headers.extend(profile.token_headers.clone());
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    // An answer to GET may be cached unless somebody says otherwise (RFC 9111 §5.2.1.5).
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(Request::new(request, profile.token_timeout, MAX_BODY))
}

fn to_token_endpoint<P: Provider>(client: &Client<P>, form: Fields) -> Request {
    to_endpoint(client, Method::POST, &client.profile().endpoints.token, form)
}

fn to_endpoint<P: Provider>(client: &Client<P>, method: Method, endpoint: &Endpoint, mut form: Fields) -> Request {
    let profile = client.profile();
    let authorization = match profile.client_auth {
        ClientAuth::Basic => Some(basic(client.credentials(), false)),
        ClientAuth::BasicRaw => Some(basic(client.credentials(), true)),
        ClientAuth::Body => {
            form = credentials(client, form);
            None
        }
    };
    let mut request = http::Request::new(Bytes::new());
    *request.method_mut() = method;
    request.uri_mut().clone_from(endpoint.uri());
    let headers = request.headers_mut();
    headers.extend(profile.token_headers.clone());
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_TYPE, form.content_type());
    if let Some(authorization) = authorization {
        headers.insert(header::AUTHORIZATION, authorization);
    }
    *request.body_mut() = form.into_body();
    Request::new(request, profile.token_timeout, MAX_BODY)
}
