//! Bearer: a live token on its way into a header.

use std::{fmt, marker::PhantomData, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, header::AUTHORIZATION};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::{AccessToken, Endpoint, Error, Expiry, Verdict, verdict};

/// A live token of provider `P`, or of one that is only known at run time ([`AnyProvider`]).
///
/// [`request`](Self::request) builds a request to the token's own environment, so that it cannot go anywhere
/// else. Clones are cheap and share one header value, which is wiped when the last of them is dropped.
pub struct Bearer<P: ?Sized = AnyProvider> {
    inner: Arc<Inner>,
    provider: PhantomData<fn() -> P>,
}

/// A provider that is only known at run time.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no value of it")]
pub enum AnyProvider {}

struct Inner {
    header: HeaderValue,
    target: Arc<ApiTarget>,
    expiry: Expiry,
    version: Option<u64>,
}

/// Where the calls of an environment go, and how a rejected token is told there.
pub(crate) struct ApiTarget {
    pub(crate) base: Endpoint,
    pub(crate) headers: HeaderMap,
    pub(crate) judge: Judge,
}

/// The provider's [`verdict`](crate::Provider::verdict), without its type.
type Judge = Box<dyn Fn(&Response<Bytes>) -> Verdict + Send + Sync>;

impl<P: ?Sized> Bearer<P> {
    pub(crate) fn new(target: Arc<ApiTarget>, token: &AccessToken, expiry: Expiry, version: Option<u64>) -> Self {
        Self { inner: Arc::new(Inner { header: header(token), target, expiry, version }), provider: PhantomData }
    }

    /// A request with this token to the API of the token's environment, without a body.
    ///
    /// `path` is relative to the API's base, such as `/accounts`, and may carry a query.
    ///
    /// ```
    /// # use mailgrant_core::{*, bytes::Bytes, http::{Method, header::CONTENT_TYPE}};
    /// # #[derive(Clone, Debug)] struct Postbox(Profile);
    /// # impl Provider for Postbox { const NAME: &'static str = "postbox"; fn profile(&self) -> &Profile { &self.0 } }
    /// # impl OfferedBy<Postbox> for Adopted { type Renewal = renewal::Never; }
    /// # fn main() -> Result<(), Error> {
    /// # let (at, api) = ("https://postbox.example", "https://api.postbox.example");
    /// # let endpoints = Endpoints::parse(at, at, api)?;
    /// # let (postbox, app) = (Postbox(Profile::new("production", endpoints)), Credentials::new("id", "secret"));
    /// # let client = Client::builder(postbox, app, std::sync::Arc::new(testing::MockTransport::new())).build()?;
    /// # let bearer = client.adopt("abc".into(), None)?.bearer();
    /// let mut request = bearer.request(Method::POST, "/contacts?notify=no")?;
    /// assert_eq!(request.uri(), "https://api.postbox.example/contacts?notify=no");
    /// request.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    /// *request.body_mut() = Bytes::from_static(br#"{"email":"ann@example.com"}"#);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if `path` names a scheme or a host, or could
    /// lead to another one.
    pub fn request(&self, method: Method, path: &str) -> Result<Request<Bytes>, Error> {
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = method;
        *request.uri_mut() = self.inner.target.base.join(path)?;
        request.headers_mut().extend(self.inner.target.headers.clone());
        request.headers_mut().insert(AUTHORIZATION, self.header());
        Ok(request)
    }

    /// The value of the `Authorization` header, marked sensitive.
    ///
    /// The way out for those who build requests themselves: where it goes from here is theirs to watch.
    ///
    /// ```
    /// # use mailgrant_core::{*, http::{Request, header::AUTHORIZATION}};
    /// # fn example(bearer: Bearer) -> http::Result<Request<()>> {
    /// Request::get("https://api.postbox.example/accounts").header(AUTHORIZATION, bearer.header()).body(())
    /// # }
    /// ```
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        self.inner.header.clone()
    }

    /// When the token ends, as far as is known.
    #[must_use]
    pub fn expires_at(&self) -> Expiry {
        self.inner.expiry
    }

    /// The version of the stored secret that this is, if it came out of a store.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        self.inner.version
    }

    /// Whether this answer of the API says that the token itself is bad, so that renewing it may help.
    ///
    /// ```
    /// # use mailgrant_core::{*, bytes::Bytes, http::{Method, header::CONTENT_TYPE}};
    /// # #[derive(Clone, Debug)] struct Postbox(Profile);
    /// # impl Provider for Postbox { const NAME: &'static str = "postbox"; fn profile(&self) -> &Profile { &self.0 } }
    /// # impl OfferedBy<Postbox> for Adopted { type Renewal = renewal::Never; }
    /// # fn main() -> Result<(), Error> {
    /// # let (at, api) = ("https://postbox.example", "https://api.postbox.example");
    /// # let endpoints = Endpoints::parse(at, at, api)?;
    /// # let (postbox, app) = (Postbox(Profile::new("production", endpoints)), Credentials::new("id", "secret"));
    /// # let client = Client::builder(postbox, app, std::sync::Arc::new(testing::MockTransport::new())).build()?;
    /// # let bearer = client.adopt("abc".into(), None)?.bearer();
    /// let mut answer = http::Response::new(Bytes::new());
    /// assert!(!bearer.is_rejected_by(&answer));
    /// *answer.status_mut() = http::StatusCode::UNAUTHORIZED;
    /// assert!(bearer.is_rejected_by(&answer)); // `expire` the session, or `reject` the account's token
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_rejected_by(&self, answer: &Response<Bytes>) -> bool {
        self.verdict(answer) == Verdict::TokenRejected
    }

    /// What this answer of the API says about the token, in the provider's own words and headers.
    ///
    /// ```
    /// # use mailgrant_core::{Bearer, Verdict, bytes::Bytes, http::Response};
    /// # fn example(bearer: &Bearer, answer: &Response<Bytes>) {
    /// match bearer.verdict(answer) {
    ///     Verdict::TokenRejected => println!("reject the bearer, and call once more with another"),
    ///     Verdict::Forbidden => println!("ask the customer for more permission: no token of this grant helps"),
    ///     Verdict::Throttled(pause) => println!("not before {pause:?}"),
    ///     _ => println!("{}", answer.status()),
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn verdict(&self, answer: &Response<Bytes>) -> Verdict {
        verdict::paced((self.inner.target.judge)(answer), answer.headers())
    }

    /// `text` with this token taken out, for answers that echo it (GetResponse's error 1014 does).
    ///
    /// ```
    /// # use mailgrant_core::{*, bytes::Bytes, http::{Method, header::CONTENT_TYPE}};
    /// # #[derive(Clone, Debug)] struct Postbox(Profile);
    /// # impl Provider for Postbox { const NAME: &'static str = "postbox"; fn profile(&self) -> &Profile { &self.0 } }
    /// # impl OfferedBy<Postbox> for Adopted { type Renewal = renewal::Never; }
    /// # fn main() -> Result<(), Error> {
    /// # let (at, api) = ("https://postbox.example", "https://api.postbox.example");
    /// # let endpoints = Endpoints::parse(at, at, api)?;
    /// # let (postbox, app) = (Postbox(Profile::new("production", endpoints)), Credentials::new("id", "secret"));
    /// # let client = Client::builder(postbox, app, std::sync::Arc::new(testing::MockTransport::new())).build()?;
    /// # let bearer = client.adopt("abc".into(), None)?.bearer();
    /// assert_eq!(bearer.redact(r#"{"token":"abc"}"#), r#"{"token":"[redacted]"}"#);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let token = self.inner.header.to_str().ok().and_then(|header| header.strip_prefix("Bearer "));
        let Some(token) = token else { return text.to_owned() };
        // PHP writes `/` as `\/` in JSON.
        text.replace(token, "[redacted]").replace(&token.replace('/', "\\/"), "[redacted]")
    }
}

impl<P: ?Sized> Clone for Bearer<P> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), provider: PhantomData }
    }
}

impl<P: ?Sized> fmt::Debug for Bearer<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Bearer")
            .field("expires_at", &self.inner.expiry)
            .field("version", &self.inner.version)
            .finish_non_exhaustive()
    }
}

#[expect(clippy::disallowed_methods, reason = "door: into the header that the token is for")]
fn header(token: &AccessToken) -> HeaderValue {
    let token = token.expose_secret();
    let mut value = Zeroizing::new(Vec::with_capacity(7 + token.len()));
    value.extend_from_slice(b"Bearer ");
    value.extend_from_slice(token.as_bytes());
    wiped_header(value)
}

/// A sensitive header value over bytes that are wiped when its last clone is dropped.
pub(crate) fn wiped_header(value: Zeroizing<Vec<u8>>) -> HeaderValue {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(value))
        .unwrap_or_else(|_| unreachable!("tokens and credentials are checked when they are taken in"));
    value.set_sensitive(true);
    value
}
