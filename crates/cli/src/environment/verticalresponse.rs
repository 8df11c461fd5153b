//! VerticalResponse's servers: one of its generations, or another server in its place.

use clap::ValueEnum;
use mailgrant_core::{Endpoint, Error};
use mailgrant_verticalresponse::{VerticalResponse, VerticalResponseDelegated};
use serde::{Deserialize, Serialize};

use super::Urls;
use crate::{
    app::Spoken,
    args::{EnvironmentArgs, VerticalResponseArgs},
};

/// Where an app's server is, and which dialect it speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Server {
    generation: Generation,
    /// `None` for VerticalResponse's own.
    endpoints: Option<Urls>,
    /// The revocation endpoint beside `endpoints`, of generation 2.
    #[serde(default)]
    revoke: Option<String>,
    /// Of generation 1.
    #[serde(default)]
    binding: BindingName,
    /// Of generation 1.
    #[serde(default)]
    post_exchange: bool,
}

/// A kind of app: each has hosts and a dialect of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub(crate) enum Generation {
    /// Apps of the developer portal
    #[default]
    #[value(name = "1")]
    #[serde(rename = "1")]
    First,
    /// Delegated apps of an account's own settings
    #[value(name = "2")]
    #[serde(rename = "2")]
    Second,
}

/// What marks a callback of generation 1 as one login's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BindingName {
    /// A `state` in the redirect URL's own query
    #[default]
    RedirectNonce,
    /// Nothing, for apps whose redirect URL may not vary: one login at a time
    BrowserOnly,
    /// The standard's `state`, for servers that return it
    State,
}

impl Generation {
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }
}

impl Server {
    /// The server on the command line. What was remembered fills in for what is not given, the server as a whole; of
    /// another generation nothing does.
    pub(crate) fn resolve(
        args: &EnvironmentArgs,
        own: &VerticalResponseArgs,
        remembered: Option<&Self>,
    ) -> Result<Self, Error> {
        let generation = own.generation.or_else(|| remembered.map(|old| old.generation)).unwrap_or_default();
        let remembered = remembered.filter(|old| old.generation == generation);
        let mut server = Self {
            generation,
            endpoints: remembered.and_then(|old| old.endpoints.clone()),
            revoke: remembered.and_then(|old| old.revoke.clone()),
            binding: own.binding.or_else(|| remembered.map(|old| old.binding)).unwrap_or_default(),
            post_exchange: own.post_exchange.or_else(|| remembered.map(|old| old.post_exchange)).unwrap_or_default(),
        };
        if let Some(urls) = Urls::given(args) {
            (server.endpoints, server.revoke) = (None, None);
            // VerticalResponse's own are told as such.
            let spoken = server.spoken(false)?;
            let profile = spoken.profile();
            let revoke = profile.revocation.as_ref().map(|at| at.endpoint.as_str());
            if !urls.are(&profile.endpoints) || own.revoke_url.as_deref().is_some_and(|url| Some(url) != revoke) {
                (server.endpoints, server.revoke) = (Some(urls), own.revoke_url.clone());
            }
        }
        server.spoken(false)?;
        Ok(server)
    }

    pub(crate) fn spoken(&self, pkce: bool) -> Result<Spoken, Error> {
        let endpoints = self.endpoints.as_ref().map(Urls::parse).transpose()?;
        Ok(match self.generation {
            Generation::First => {
                let mut provider = endpoints.map_or_else(VerticalResponse::production, VerticalResponse::at);
                provider = match self.binding {
                    BindingName::RedirectNonce => provider,
                    BindingName::BrowserOnly => provider.with_fixed_redirect_uri(),
                    BindingName::State => provider.with_state(),
                };
                Spoken::Classic(if self.post_exchange { provider.with_post_exchange() } else { provider })
            }
            Generation::Second => {
                let revoke = self.revoke.as_deref().map(Endpoint::parse).transpose()?;
                let provider = match endpoints {
                    Some(endpoints) => VerticalResponseDelegated::at(endpoints, revoke),
                    None => VerticalResponseDelegated::production(),
                };
                Spoken::Delegated(if pkce { provider.with_pkce() } else { provider })
            }
        })
    }

    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// Whether nothing marks its callbacks.
    pub(crate) fn is_unmarked(&self) -> bool {
        self.generation == Generation::First && self.binding == BindingName::BrowserOnly
    }

    /// The same, with callbacks that say which login they are of.
    pub(crate) fn marked(mut self) -> Self {
        if self.is_unmarked() {
            self.binding = BindingName::RedirectNonce;
        }
        self
    }

    /// Whether both are the same server, the place of revocation included: the secret goes there too.
    pub(super) fn is_served_as(&self, other: &Self) -> bool {
        (self.generation, &self.endpoints, &self.revoke) == (other.generation, &other.endpoints, &other.revoke)
    }

    pub(super) fn registration(&self) -> String {
        let place = match (&self.endpoints, self.generation) {
            (Some(urls), _) => urls.registration(),
            (None, Generation::First) => {
                "An app of generation 1 is registered in VerticalResponse's developer portal (My Account > \
                Applications)."
                    .to_owned()
            }
            (None, Generation::Second) => {
                "An app of generation 2 is registered in the account's own settings at VerticalResponse (API \
                Applications), of the type Delegated app."
                    .to_owned()
            }
        };
        format!("{place}\nIts client id and client secret are shown there.")
    }

    pub(super) fn redirect(&self, redirect_uri: &str) -> String {
        match (self.generation, self.binding) {
            (Generation::First, BindingName::RedirectNonce) => format!(
                "The redirect URL registered there must be {redirect_uri}\nA one-time `state` is added to its query: if the \
                registration allows no other query, use --binding browser-only."
            ),
            _ => format!("The redirect URL registered there must be {redirect_uri}"),
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        if self.endpoints.is_some() { "custom" } else { "production" }
    }
}

/// The kind and the generation of a stored grant's environment, which is known by its name alone.
pub(super) fn kind_of(name: &str) -> (&'static str, Option<Generation>) {
    let generation = [("generation 1", Generation::First), ("generation 2", Generation::Second)]
        .into_iter()
        .find(|(beginning, _)| name.starts_with(beginning));
    match generation {
        Some((whole, generation)) if whole == name => ("production", Some(generation)),
        Some((_, generation)) => ("custom", Some(generation)),
        None => ("custom", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: [&str; 3] = ["https://a.example/a", "https://a.example/t", "https://a.example/v1"];

    fn given(urls: Option<[&str; 3]>) -> EnvironmentArgs {
        let url = |index: usize| urls.map(|urls| urls[index].to_owned());
        EnvironmentArgs {
            authorize_url: url(0),
            token_url: url(1),
            api_url: url(2),
            max_domain: None,
            max_region: None,
            parent_login: None,
            json_body: None,
        }
    }

    fn own(generation: Option<Generation>, revoke_url: Option<&str>) -> VerticalResponseArgs {
        VerticalResponseArgs {
            generation,
            revoke_url: revoke_url.map(str::to_owned),
            binding: None,
            post_exchange: None,
        }
    }

    fn resolve(urls: Option<[&str; 3]>, own: &VerticalResponseArgs, old: Option<&Server>) -> Server {
        Server::resolve(&given(urls), own, old).unwrap()
    }

    #[test]
    fn what_is_remembered_is_one_generation_s() {
        let first = resolve(None, &own(None, None), None);
        assert_eq!((first.generation(), first.kind()), (Generation::First, "production"));
        let fixed = VerticalResponseArgs { binding: Some(BindingName::BrowserOnly), ..own(None, None) };
        let fixed = resolve(Some(OWN), &fixed, Some(&first));
        assert!(fixed.is_unmarked() && fixed.kind() == "custom" && !fixed.clone().marked().is_unmarked());
        assert_eq!(resolve(None, &own(None, None), Some(&fixed)), fixed);
        let second = resolve(None, &own(Some(Generation::Second), None), Some(&fixed));
        assert_eq!(
            (second.generation(), second.kind(), second.is_unmarked()),
            (Generation::Second, "production", false)
        );
        assert_eq!(resolve(None, &own(None, None), Some(&second)), second);
        assert_eq!(resolve(None, &own(Some(Generation::First), None), Some(&second)), first);
    }

    #[test]
    fn the_place_of_revocation_is_part_of_the_server() {
        let revoke = "https://a.example/r";
        let without = resolve(Some(OWN), &own(Some(Generation::Second), None), None);
        let with = resolve(Some(OWN), &own(None, Some(revoke)), Some(&without));
        assert!(!with.is_served_as(&without), "a secret is given for one of them");
        assert_eq!(resolve(None, &own(None, None), Some(&with)), with);
        assert!(
            Server::resolve(&given(Some(OWN)), &own(Some(Generation::Second), Some("http://a.example/")), None)
                .is_err()
        );
    }

    #[test]
    fn a_kind_is_told_from_the_name_too() {
        for generation in [Generation::First, Generation::Second] {
            for urls in [None, Some(OWN)] {
                let server = resolve(urls, &own(Some(generation), None), None);
                let name = server.spoken(false).unwrap().profile().environment.clone();
                assert_eq!(kind_of(&name), (server.kind(), Some(generation)), "{name}");
            }
        }
    }

    #[test]
    fn its_own_endpoints_are_no_others() {
        for generation in [Generation::First, Generation::Second] {
            let production = resolve(None, &own(Some(generation), None), None);
            let endpoints = production.spoken(false).unwrap().profile().endpoints.clone();
            let urls = [endpoints.authorize.as_str(), endpoints.token.as_str(), endpoints.api.as_str()];
            assert_eq!(resolve(Some(urls), &own(Some(generation), None), None), production);
        }
    }
}
