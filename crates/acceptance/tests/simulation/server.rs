//! The provider's token endpoint: what is asked of it, what it answers.

use std::time::Duration;

use mailgrant_core::{bytes::Bytes, http};

use crate::{
    executor::Node,
    network::Treatment,
    provider::{Death, Spent, Token},
    scenario::Point,
    world::World,
};

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Exchange(Token),
    Refresh(Token),
    Revoke(Token),
}

/// What comes back.
pub(crate) enum Reply {
    Answer(u16, Option<Duration>, String),
    Dropped,
    Silence,
}

impl Asked {
    pub(crate) fn of(request: &http::Request<Bytes>) -> Self {
        let body = std::str::from_utf8(request.body()).unwrap();
        let field = |name: &str| {
            body.split('&').filter_map(|pair| pair.split_once('=')).find(|(field, _)| *field == name).map(|(_, v)| v)
        };
        match (request.uri().path(), field("grant_type")) {
            ("/token", Some("authorization_code")) => Self::Exchange(number(field("code").unwrap())),
            ("/token", Some("refresh_token")) => Self::Refresh(number(field("refresh_token").unwrap())),
            ("/revoke", None) => Self::Revoke(number(field("token").unwrap())),
            other => panic!("nobody is there: {other:?}"),
        }
    }
}

/// The number of a token, whose text is a letter and that number.
pub(crate) fn number(text: &str) -> Token {
    text[1..].parse().unwrap()
}

impl World {
    /// One request arrives.
    pub(crate) fn serve(&self, asked: Asked, treatment: Treatment, post: Option<usize>, sender: (Node, u32)) -> Reply {
        let answer = treatment.is_dealt_with().then(|| self.deal_with(asked, treatment, post));
        self.book().count_treatment(treatment);
        if post.is_some() && answer.is_some() {
            self.strike_sender(sender);
        }
        let refusal = |status, code, pause: Option<u64>| {
            Reply::Answer(status, pause.map(Duration::from_secs), format!(r#"{{"error":"{code}"}}"#))
        };
        match treatment {
            Treatment::DroppedBefore | Treatment::DroppedAfter => Reply::Dropped,
            Treatment::Silent { .. } => Reply::Silence,
            Treatment::Html { .. } => Reply::Answer(502, None, "<html>Bad Gateway</html>".to_owned()),
            Treatment::TooMany { seconds } => refusal(429, "slow_down", Some(seconds)),
            Treatment::Unavailable { seconds } => {
                Reply::Answer(503, seconds.map(Duration::from_secs), "unavailable".to_owned())
            }
            Treatment::InvalidClient => refusal(401, "invalid_client", None),
            Treatment::Truncated => match answer {
                Some((200, body)) => Reply::Answer(200, None, body[..body.len() / 2].to_owned()),
                _ => Reply::Dropped,
            },
            Treatment::Well | Treatment::NoRefreshToken => {
                let (status, body) = answer.expect("it was dealt with");
                Reply::Answer(status, None, body)
            }
        }
    }

    /// The sender may die or freeze at the very moment at which the provider has made up its mind.
    fn strike_sender(&self, (node, life): (Node, u32)) {
        if self.executor.life(node) == life {
            self.pass_by(node, Point::K4);
        }
    }

    fn deal_with(&self, asked: Asked, treatment: Treatment, post: Option<usize>) -> (u16, String) {
        let now = self.executor.now();
        let mut book = self.book();
        let keeps = treatment == Treatment::NoRefreshToken;
        let refused = (400, r#"{"error":"invalid_grant"}"#.to_owned());
        let (access, refresh) = match asked {
            Asked::Revoke(token) => {
                let family = book.provider.family(token);
                book.provider.revoke(family, Death::GivenBack);
                book.tally.count("grant given back");
                return (200, String::new());
            }
            Asked::Exchange(code) => match book.provider.exchange(code, now) {
                Some(pair) => pair,
                None => return refused,
            },
            Asked::Refresh(token) => {
                let spent = book.provider.refresh(token, keeps, now);
                book.note(&self.executor, || format!("the provider: r{token} is {spent:?}"));
                book.decided(&self.executor, post.expect("it was sent"), spent);
                match spent {
                    Spent::Issued { access, refresh, .. } => (access, refresh),
                    Spent::Refused | Spent::Reused => return refused,
                }
            }
        };
        if !book.well && book.chance.hits(self.scenario.rates.moody) {
            book.provider.turn_moody(access);
        }
        let (life, bird) = (book.provider.life().as_secs(), book.provider.account_of(refresh));
        // Who rotates says so.
        let keeps = keeps && asked == Asked::Refresh(refresh);
        let refresh = if keeps { String::new() } else { format!(r#""refresh_token":"r{refresh}","#) };
        (200, format!(r#"{{"access_token":"a{access}",{refresh}"expires_in":{life},"bird":"{bird}"}}"#))
    }
}
