//! Tokens: what was obtained elsewhere.

use std::{fmt, time::SystemTime};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    AccessToken, ByProvider, Client, Error, Expiry, OfferedBy, Provider, RefreshToken, Renewal, RenewalKind, Standing,
    TokenRecord, issued::Issued, secret::same, session,
};

/// The tokens of a grant that other code obtained, on their way [in](Client::import), or
/// [out](TokenRecord::into_tokens).
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "written with struct update syntax")]
pub struct Tokens {
    /// What opens the API. Without it there has to be a refresh token, and the session begins as one that has lapsed.
    pub access_token: Option<SecretString>,
    /// What buys the next one.
    pub refresh_token: Option<SecretString>,
    /// When the access token ends; [`Expiry::Unknown`] if that was not kept.
    pub expires_at: Expiry,
    /// When the tokens were obtained; `None` if that was not kept, and then it is the moment of the import.
    pub obtained_at: Option<SystemTime>,
    /// The scope that was granted.
    pub scope: Option<String>,
    /// Whose account they open, as the provider names it.
    pub account_id: Option<String>,
}

impl<P: Provider> Client<P> {
    /// Wakes a grant that other code obtained for this app, which from now on must not refresh it any more: where the
    /// grant stands is for the clock to say.
    ///
    /// Nothing is sent: whether the tokens are any good, their first use will show.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # fn example<P: Provider>(client: Client<P>, kept_elsewhere: String, store: impl Fn(TokenRecord))
    /// # -> Result<(), Error>
    /// # where AuthorizationCode: OfferedBy<P, Renewal = renewal::Refresh> {
    /// let tokens = Tokens { refresh_token: Some(kept_elsewhere.into()), ..Tokens::default() };
    /// match client.import(AuthorizationCode::registered(), tokens)? {
    ///     Standing::Live(session) => store(session.into_record()),
    ///     Standing::Lapsed(session) => store(session.into_record()), // to be refreshed by whoever needs it first
    ///     standing => println!("the customer has to be asked: {standing:?}"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if there is no token that the grant could go on
    /// with, or one is empty or holds characters that no token may hold.
    pub fn import<G: OfferedBy<P> + ByProvider>(&self, grant: G, tokens: Tokens) -> Result<Standing<P, G>, Error> {
        let renewal = <G::Renewal as Renewal>::KIND;
        let at = tokens.obtained_at.unwrap_or_else(|| self.host().now());
        let refresh = tokens.refresh_token.map(RefreshToken::received).transpose().map_err(malformed)?;
        let (access, expiry) = match tokens.access_token {
            Some(token) => {
                let named = Some(tokens.expires_at).filter(|expiry| *expiry != Expiry::Unknown);
                let expiry = named.unwrap_or_else(|| self.profile().unnamed_expiry);
                (AccessToken::received(token).map_err(malformed)?, expiry)
            }
            None if refresh.is_some() && renewal == RenewalKind::Refresh => (absent(), ENDED),
            None => return Err(missing()),
        };
        let (scope, account_id) = (tokens.scope, tokens.account_id);
        let issued = Issued { access, refresh, expiry, at, scope, account_id };
        Ok(session::wake(self, grant, renewal, false, issued))
    }
}

impl TokenRecord {
    /// The tokens in it, for other code, which then is the only one that may refresh them.
    ///
    /// ```
    /// # use mailgrant_core::*;
    /// # fn example(record: TokenRecord, hand_over: impl Fn(Tokens)) {
    /// hand_over(record.into_tokens());
    /// # }
    /// ```
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "door: for whoever takes the grant over")]
    pub fn into_tokens(self) -> Tokens {
        let issued = self.issued;
        let is_absent = issued.expiry == ENDED && same(&issued.access, &absent());
        let access = (!is_absent).then(|| issued.access.expose_secret().into());
        Tokens {
            access_token: access,
            refresh_token: issued.refresh.as_ref().map(|token| token.expose_secret().into()),
            expires_at: if is_absent { Expiry::Unknown } else { issued.expiry },
            obtained_at: Some(issued.at),
            scope: issued.scope,
            account_id: issued.account_id,
        }
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            access_token: None,
            refresh_token: None,
            expires_at: Expiry::Unknown,
            obtained_at: None,
            scope: None,
            account_id: None,
        }
    }
}

/// Without whose account it is: an address, perhaps.
impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Tokens")
            .field("access_token", &self.access_token.is_some())
            .field("refresh_token", &self.refresh_token.is_some())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Whatever the clock says, this is over.
const ENDED: Expiry = Expiry::At(SystemTime::UNIX_EPOCH);

/// In place of an access token that nobody kept. It has [`ENDED`], so that nobody uses it.
fn absent() -> AccessToken {
    AccessToken::stand_in("none")
}

fn malformed(_: Error) -> Error {
    Error::configuration(
        "token_malformed",
        "a token is empty, or holds characters that no token may hold: it is no token as the provider issued it",
    )
}

fn missing() -> Error {
    Error::configuration(
        "tokens_missing",
        "there is no token to go on with: the access token is needed, or the refresh token where the grant has one",
    )
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;
    use crate::{
        AuthorizationCode, Credentials, Endpoints, Implicit, Profile, renewal,
        testing::{ManualHost, MockTransport},
    };

    #[derive(Clone, Debug)]
    struct Postbox(Profile);

    impl Provider for Postbox {
        const NAME: &'static str = "postbox";
        fn profile(&self) -> &Profile {
            &self.0
        }
    }

    impl OfferedBy<Postbox> for AuthorizationCode {
        type Renewal = renewal::Refresh;
    }

    impl OfferedBy<Postbox> for Implicit {
        type Renewal = renewal::Never;
    }

    fn client(unnamed_expiry: Expiry) -> Client<Postbox> {
        let at = "https://postbox.example";
        let mut profile = Profile::new("production", Endpoints::parse(at, at, at).unwrap());
        profile.unnamed_expiry = unnamed_expiry;
        // A transport that expects nothing: whoever sends fails.
        let transport = Arc::new(MockTransport::new());
        let builder = Client::builder(Postbox(profile), Credentials::new("id", "secret"), transport);
        builder.host(Arc::new(ManualHost::default())).build().unwrap()
    }

    fn secret(text: &str) -> Option<SecretString> {
        Some(text.into())
    }

    fn import(client: &Client<Postbox>, tokens: Tokens) -> Standing<Postbox, AuthorizationCode> {
        client.import(AuthorizationCode::returning_to("https://a.example/cb").unwrap(), tokens).unwrap()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test looks at the secrets")]
    fn what_comes_in_goes_out() {
        let client = client(Expiry::Unknown);
        let now = client.host().now();
        let tokens = Tokens {
            access_token: secret("a"),
            refresh_token: secret("r"),
            expires_at: Expiry::At(now + Duration::from_secs(60)),
            obtained_at: Some(now - Duration::from_secs(60)),
            scope: Some("s".to_owned()),
            account_id: Some("i".to_owned()),
        };
        assert!(!format!("{tokens:?}").contains('"'), "{tokens:?}");
        let Standing::Live(session) = import(&client, tokens.clone()) else { panic!("a minute is left") };
        let record = session.into_record();
        let read = TokenRecord::decode(record.encode().expose_secret()).unwrap();
        assert!(read.redirect_uri.as_deref() == Some("https://a.example/cb") && read.renewal() == RenewalKind::Refresh);
        let out = read.into_tokens();
        let opened = |token: &Option<SecretString>| token.as_ref().map(|token| token.expose_secret().to_owned());
        assert_eq!(opened(&out.access_token), opened(&tokens.access_token));
        assert_eq!(opened(&out.refresh_token), opened(&tokens.refresh_token));
        assert_eq!((out.expires_at, out.obtained_at), (tokens.expires_at, tokens.obtained_at));
        assert_eq!((out.scope, out.account_id), (tokens.scope, tokens.account_id));
    }

    #[test]
    fn a_refresh_token_alone_has_lapsed() {
        let client = client(Expiry::Never);
        let tokens = Tokens { refresh_token: secret("r"), expires_at: Expiry::Never, ..Tokens::default() };
        let Standing::Lapsed(session) = import(&client, tokens) else { panic!("there is nothing to use") };
        let record = session.into_record();
        assert!(record.has_refresh_token() && record.expires_at().is_past(SystemTime::UNIX_EPOCH));
        assert_eq!(record.obtained_at(), client.host().now());
        let again = client.restore::<AuthorizationCode>(record.clone()).unwrap();
        assert!(matches!(again, Standing::Lapsed(_)), "at rest too: {again:?}");
        let out = record.into_tokens();
        assert!(out.access_token.is_none() && out.refresh_token.is_some() && out.expires_at == Expiry::Unknown);
    }

    #[test]
    fn an_end_that_nobody_kept_is_the_provider_s() {
        let tokens = Tokens { access_token: secret("a"), ..Tokens::default() };
        for unnamed in [Expiry::Unknown, Expiry::Never] {
            let Standing::Live(session) = import(&client(unnamed), tokens.clone()) else { panic!("it is good") };
            assert_eq!(session.expires_at(), unnamed);
        }
        let over = Tokens { expires_at: ENDED, ..tokens };
        assert!(matches!(import(&client(Expiry::Unknown), over.clone()), Standing::Absent(_)), "nothing renews it");
        let over = Tokens { refresh_token: secret("r"), ..over };
        assert!(matches!(import(&client(Expiry::Unknown), over), Standing::Lapsed(_)));
    }

    #[test]
    fn what_nothing_can_go_on_with_is_refused() {
        let client = client(Expiry::Unknown);
        let implicit = || Implicit::returning_to("https://a.example/cb").unwrap();
        let refresh_alone = Tokens { refresh_token: secret("r"), ..Tokens::default() };
        assert_eq!(client.import(implicit(), refresh_alone).unwrap_err().code(), "tokens_missing");
        let code = AuthorizationCode::registered;
        assert_eq!(client.import(code(), Tokens::default()).unwrap_err().code(), "tokens_missing");
        for bad in ["", "a\nb", "\u{e4}"] {
            let access = Tokens { access_token: secret(bad), ..Tokens::default() };
            let refresh = Tokens { access_token: secret("a"), refresh_token: secret(bad), ..Tokens::default() };
            for tokens in [access, refresh] {
                let error = client.import(code(), tokens).unwrap_err();
                assert_eq!((error.code(), error.kind()), ("token_malformed", crate::ErrorKind::Configuration));
            }
        }
    }
}
