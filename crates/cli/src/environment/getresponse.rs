//! GetResponse's servers: retail, MAX, or another server in their place.

use mailgrant_core::{Error, Provider};
use mailgrant_getresponse::{GetResponse, PanelDomain, Region};
use serde::{Deserialize, Serialize};

use super::Urls;
use crate::args::{EnvironmentArgs, RegionName};

/// Where an app's server is. All of it is GetResponse's own unless something is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Server {
    /// `None` for GetResponse's own.
    endpoints: Option<Urls>,
    /// `None` for retail.
    #[serde(default)]
    max: Option<Max>,
    #[serde(default)]
    parent_login: Option<String>,
}

/// A MAX account's own environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Max {
    domain: String,
    region: RegionName,
}

impl Server {
    /// The server on the command line. What was remembered fills in for what is not given, the server as a whole.
    pub(crate) fn resolve(args: &EnvironmentArgs, remembered: Option<&Self>) -> Result<Self, Error> {
        let max = args.max_domain.clone().zip(args.max_region).map(|(domain, region)| Max { domain, region });
        let urls = Urls::given(args);
        let mut server = match remembered {
            Some(remembered) if max.is_none() && urls.is_none() => remembered.clone(),
            _ => Self { endpoints: None, max, parent_login: None },
        };
        if let Some(urls) = urls {
            // GetResponse's own are told as such.
            let own = server.provider()?;
            server.endpoints = (!urls.are(&own.profile().endpoints)).then_some(urls);
        }
        server.parent_login = match &args.parent_login {
            Some(login) => Some(login.clone()).filter(|login| !login.is_empty()),
            None => remembered.filter(|old| old.is_served_as(&server)).and_then(|old| old.parent_login.clone()),
        };
        server.provider()?;
        Ok(server)
    }

    pub(crate) fn provider(&self) -> Result<GetResponse, Error> {
        let mut provider = match (&self.max, &self.endpoints) {
            (None, None) => GetResponse::retail(),
            (None, Some(urls)) => GetResponse::at(urls.parse()?),
            (Some(max), None) => max.provider()?,
            (Some(max), Some(urls)) => max.provider()?.served_at(urls.parse()?),
        };
        if let Some(login) = &self.parent_login {
            provider = provider.for_parent_login(login)?;
        }
        Ok(provider)
    }

    /// Whether both are the same server, whichever parent account is meant there.
    pub(crate) fn is_served_as(&self, other: &Self) -> bool {
        self.endpoints == other.endpoints && self.max == other.max
    }

    /// Where an app is registered, in words.
    pub(super) fn registration(&self) -> String {
        let place = match (&self.endpoints, &self.max) {
            (Some(urls), _) => urls.registration(),
            (None, Some(max)) => format!(
                "An app is registered inside the MAX account, in its panel at https://{} (Integrations & API > Custom \
                apps).",
                max.domain
            ),
            (None, None) => "An app is registered at https://app.getresponse.com/authorizations (in the panel: \
                Integrations & API > Authorizations, or Custom apps)."
                .to_owned(),
        };
        format!("{place}\nA click on its name there shows its client id and client secret.")
    }

    /// The panel of its accounts; another server's own is unknown.
    pub(super) fn panel(&self) -> String {
        let domain = self.max.as_ref().map_or("app.getresponse.com", |max| &max.domain);
        format!("https://{domain}")
    }

    pub(super) fn kind(&self) -> &'static str {
        match (&self.endpoints, &self.max) {
            (Some(_), _) => "custom",
            (None, Some(_)) => "max",
            (None, None) => "retail",
        }
    }
}

/// The kind of a stored grant's environment, which is known by its name alone.
pub(super) fn kind_of(name: &str) -> &'static str {
    let mut words = name.split(' ');
    match (words.next(), words.nth(2)) {
        (Some("retail"), _) => "retail",
        (Some("max"), second) if second != Some("at") => "max",
        _ => "custom",
    }
}

impl Max {
    fn provider(&self) -> Result<GetResponse, Error> {
        let region = match self.region {
            RegionName::Com => Region::Com,
            RegionName::Pl => Region::Pl,
        };
        Ok(GetResponse::max(&PanelDomain::parse(&self.domain)?, region))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(urls: Option<[&str; 3]>, max: Option<(&str, RegionName)>, parent_login: Option<&str>) -> EnvironmentArgs {
        let url = |index: usize| urls.map(|urls| urls[index].to_owned());
        EnvironmentArgs {
            authorize_url: url(0),
            token_url: url(1),
            api_url: url(2),
            max_domain: max.map(|(domain, _)| domain.to_owned()),
            max_region: max.map(|(_, region)| region),
            parent_login: parent_login.map(str::to_owned),
            json_body: None,
        }
    }

    const RETAIL: [&str; 3] = [
        "https://app.getresponse.com/oauth2_authorize.html",
        "https://api.getresponse.com/v3/token",
        "https://api.getresponse.com/v3",
    ];
    const OWN: [&str; 3] = ["https://a.example/a", "https://a.example/t", "https://a.example/v3"];
    const MAX: Option<(&str, RegionName)> = Some(("a.getresponse360.pl", RegionName::Pl));

    #[test]
    fn what_is_remembered_fills_in_the_server_as_a_whole() {
        let resolve = |args: &EnvironmentArgs, old: Option<&Server>| Server::resolve(args, old).unwrap();
        let retail = resolve(&given(None, None, None), None);
        assert_eq!(retail, Server::default());
        let max = resolve(&given(None, MAX, Some("p@a.example")), Some(&retail));
        assert_eq!(resolve(&given(None, None, None), Some(&max)), max);
        assert_eq!(resolve(&given(None, MAX, None), Some(&max)), max, "the same server");
        assert_eq!(resolve(&given(None, None, Some("")), Some(&max)).parent_login, None);
        assert_eq!(resolve(&given(Some(RETAIL), None, None), Some(&max)), retail);
        let own = resolve(&given(Some(OWN), None, None), Some(&max));
        assert!(own.max.is_none() && own.parent_login.is_none(), "another server has its own");
        assert!(resolve(&given(Some(OWN), MAX, None), Some(&own)).endpoints.is_some());
        assert_eq!(resolve(&given(None, MAX, None), Some(&own)).endpoints, None);
    }

    #[test]
    fn a_kind_is_told_from_the_name_too() {
        for (urls, max, kind) in
            [(None, None, "retail"), (None, MAX, "max"), (Some(OWN), None, "custom"), (Some(OWN), MAX, "custom")]
        {
            for login in [None, Some("at@a.example"), Some("at")] {
                let server = Server::resolve(&given(urls, max, login), None).unwrap();
                let name = server.provider().unwrap().profile().environment.clone();
                assert_eq!((server.kind(), kind_of(&name)), (kind, kind), "{name}");
            }
        }
    }

    #[test]
    fn only_host_names_are_panel_domains() {
        for bad in ["https://a.example", "www.a.example", "A.example", "10.0.0.1"] {
            let error = Server::resolve(&given(None, Some((bad, RegionName::Com)), None), None).unwrap_err();
            assert_eq!(error.code(), "panel_domain_invalid");
        }
    }
}
