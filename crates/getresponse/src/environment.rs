//! The environments of GetResponse: its hosts, or somebody else's in their place.

use std::{sync::Arc, time::Duration};

use mailgrant_core::{
    AccountName, BodyFormat, Endpoint, Endpoints, Error, ErrorKind, Pace, Pkce, Profile,
    http::{HeaderName, HeaderValue, header::CONTENT_TYPE},
};

use crate::PanelDomain;

/// GetResponse, at one of its environments. Grants of one are refused at another.
#[derive(Clone, Debug)]
pub struct GetResponse {
    profile: Arc<Profile>,
}

/// Where a MAX account lives: its account manager knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// `api3.getresponse360.com`.
    Com,
    /// `api3.getresponse360.pl`.
    Pl,
}

const X_DOMAIN: HeaderName = HeaderName::from_static("x-domain");
const X_PARENT_LOGIN: HeaderName = HeaderName::from_static("x-parent-login");

impl GetResponse {
    /// GetResponse for everybody: `app.getresponse.com` and `api.getresponse.com`.
    #[must_use]
    pub fn retail() -> Self {
        let endpoints = Endpoints::parse(
            "https://app.getresponse.com/oauth2_authorize.html",
            "https://api.getresponse.com/v3/token",
            "https://api.getresponse.com/v3",
        );
        Self::of("retail", well_formed(endpoints))
    }

    /// GetResponse MAX (once 360), at the customer's own panel domain.
    ///
    /// The domain goes with every token request and every call (`X-Domain`). An app for it is registered inside a
    /// MAX account of the same region; credentials of retail do not work here, nor the reverse.
    #[must_use]
    pub fn max(panel: &PanelDomain, region: Region) -> Self {
        let (name, host) = match region {
            Region::Com => ("com", "api3.getresponse360.com"),
            Region::Pl => ("pl", "api3.getresponse360.pl"),
        };
        let endpoints = Endpoints::parse(
            &format!("https://{}/oauth2_authorize.html", panel.as_str()),
            &format!("https://{host}/v3/token"),
            &format!("https://{host}/v3"),
        );
        let environment = Self::of(format!("max {name} {}", panel.as_str()), well_formed(endpoints));
        environment.change(|profile| {
            profile.token_headers.insert(X_DOMAIN, panel.header());
            profile.api_headers.insert(X_DOMAIN, panel.header());
        })
    }

    /// A server that behaves like GetResponse, such as an emulator on loopback.
    ///
    /// Its endpoints are its name, so that a grant of it is good nowhere else.
    #[must_use]
    pub fn at(endpoints: Endpoints) -> Self {
        Self::of(addresses(&endpoints), endpoints)
    }

    /// This environment, played by another server: for tests of MAX.
    #[must_use]
    pub fn served_at(self, endpoints: Endpoints) -> Self {
        self.change(|profile| {
            profile.environment = format!("{} at {}", profile.environment, addresses(&endpoints));
            profile.endpoints = endpoints;
        })
    }

    /// For a user who belongs to several parent accounts: every call is about this one (`X-Parent-Login`).
    ///
    /// It is part of the environment: a grant that was made with it is used with it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the login is empty, or not of visible ASCII characters.
    pub fn for_parent_login(self, login: &str) -> Result<Self, Error> {
        let visible = !login.is_empty() && login.bytes().all(|byte| byte.is_ascii_graphic());
        let value = HeaderValue::from_str(login).ok().filter(|_| visible).ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "parent_login_invalid",
                "a parent login is an e-mail address of visible ASCII characters",
            )
        })?;
        Ok(self.change(|profile| {
            profile.environment = format!("{} for {login}", profile.environment);
            profile.api_headers.insert(X_PARENT_LOGIN, value);
        }))
    }

    /// The same, with a proof key in every login (RFC 7636). GetResponse's pages do not mention it, so it is off.
    #[must_use]
    pub fn with_pkce(self) -> Self {
        self.change(|profile| profile.pkce = Pkce::S256)
    }

    /// The same, with token requests written as JSON: the form of its client credentials page.
    #[must_use]
    pub fn with_json_body(self) -> Self {
        self.change(|profile| profile.body = BodyFormat::Json)
    }

    fn of(name: impl Into<String>, endpoints: Endpoints) -> Self {
        let mut profile = Profile::new(name, endpoints);
        profile.pkce = Pkce::Off;
        profile.code_life = Duration::from_secs(600);
        // Published for the API; whether the token endpoint shares them is unknown, so it is taken to.
        profile.pace = Pace::new(80, 80).within(30_000, Duration::from_secs(600)).parallel(10);
        profile.account = Some(AccountName::At { path: "/accounts", field: "accountId" });
        profile.api_headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=utf-8"));
        Self { profile: Arc::new(profile) }
    }

    fn change(self, change: impl FnOnce(&mut Profile)) -> Self {
        let mut profile = Arc::unwrap_or_clone(self.profile);
        change(&mut profile);
        Self { profile: Arc::new(profile) }
    }

    pub(crate) fn profile_of_environment(&self) -> &Profile {
        &self.profile
    }
}

fn addresses(endpoints: &Endpoints) -> String {
    [&endpoints.authorize, &endpoints.token, &endpoints.api].map(Endpoint::without_query).join(" ")
}

fn well_formed(endpoints: Result<Endpoints, Error>) -> Endpoints {
    match endpoints {
        Ok(endpoints) => endpoints,
        Err(error) => unreachable!("these are well-formed: {error}"),
    }
}
