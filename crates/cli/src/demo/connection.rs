//! One account of the story: its key, the client of its app, what the API shows of it.

use mailgrant_core::{
    Authorized, Bearer, Client, Error, ErrorKind, OfferedBy, Provider, Session, TokenRecord,
    bytes::Bytes,
    http::{Method, Response, StatusCode},
};
use mailgrant_manager::Account;
use mailgrant_storage::{AccountKey, Row, Status};
use serde_json::Value;

use super::{
    promise::{Promises, Stopped},
    world::World,
};

#[derive(Clone)]
pub(super) struct Connection<P: Provider> {
    pub(super) key: AccountKey,
    pub(super) client: Client<P>,
    resource: &'static str,
    /// What every good answer about the resource has.
    field: &'static str,
}

impl<P: Provider> Connection<P> {
    pub(super) fn new(
        name: &str,
        client: &Client<P>,
        (resource, field): (&'static str, &'static str),
    ) -> Result<Self, Error> {
        let key = AccountKey::new("tenant-of-the-demo", P::NAME, name)?;
        Ok(Self { key, client: client.clone(), resource, field })
    }

    pub(super) fn account(&self, world: &World) -> Account {
        world.manager.account(&self.key)
    }

    pub(super) async fn token(&self, world: &World, told: &mut Promises) -> Result<Bearer, Stopped> {
        told.need(self.account(world).token().await, "a connected account has a token")
    }

    /// `GET` of the account's resource.
    pub(super) async fn call(&self, bearer: &Bearer) -> Result<Response<Bytes>, Error> {
        self.client.send(bearer.request(Method::GET, self.resource)?).await
    }

    /// The API takes this token.
    pub(super) async fn answers(&self, told: &mut Promises, bearer: &Bearer) -> Result<(), Stopped> {
        let answer = told.promptly(self.call(bearer)).await;
        let answer = told.need(answer, "the API answers")?;
        let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let shown = body.get(self.field).is_some_and(|value| *value != "" && !value.is_null());
        if answer.status() == StatusCode::OK && shown {
            return Ok(());
        }
        let seen = format!("{}, {} `{}`", answer.status(), if shown { "with" } else { "without" }, self.field);
        Err(told.stop(format!("GET {} answers 200 with `{}`", self.resource, self.field), seen))
    }

    /// The API refuses this token, by this status.
    pub(super) async fn rejected(
        &self,
        told: &mut Promises,
        bearer: &Bearer,
        status: StatusCode,
    ) -> Result<(), Stopped> {
        let answer = told.promptly(self.call(bearer)).await;
        let answer = told.need(answer, "the API answers")?;
        if answer.status() == status && bearer.is_rejected_by(&answer) {
            return Ok(());
        }
        let promise = format!("the API answers a bad token {}, in words about it", status.as_u16());
        Err(told.stop(promise, answer.status().to_string()))
    }

    /// Three callers at once say that the API rejected this token: one request brings another for all of them.
    pub(super) async fn replaced(
        &self,
        world: &World,
        told: &mut Promises,
        bearer: &Bearer,
    ) -> Result<Bearer, Stopped> {
        let (one, two, three) = (self.account(world), self.account(world), self.account(world));
        let posts = world.posts();
        let asked = async { tokio::join!(one.reject(bearer), two.reject(bearer), three.reject(bearer)) };
        let (one, two, three) = told.promptly(asked).await;
        let one = told.need(one, "a rejected token is replaced")?;
        for other in [two, three] {
            let other = told.need(other, "a rejected token is replaced for all who ask")?;
            told.check(one.version() == other.version(), "all who ask get the same token", || "they differ".to_owned());
        }
        told.check(world.posts() == posts + 1, "three rejections at once make one request", || {
            requests(world.posts() - posts)
        });
        Ok(one)
    }

    /// Whoever says that the API rejected this token hears that the customer has to be asked: nothing is sent.
    pub(super) async fn ask_the_customer(&self, world: &World, told: &mut Promises, bearer: &Bearer) {
        let posts = world.posts();
        let heard = self.account(world).reject(bearer).await.err();
        told.check(
            heard.as_ref().is_some_and(|error| error.kind() == ErrorKind::AskUser),
            "a grant without a way on means that the customer has to be asked",
            || heard.map_or_else(|| "a token".to_owned(), |error| error.to_string()),
        );
        told.check(world.posts() == posts, "where nothing can renew a token, nothing is sent", || {
            requests(world.posts() - posts)
        });
        let next = self.account(world).token().await.err();
        told.check(
            next.as_ref().is_some_and(|error| error.code() == "grant_refused"),
            "nobody else has to be rejected to find out",
            || next.map_or_else(|| "a token".to_owned(), |error| error.to_string()),
        );
    }

    /// Puts a session into the store.
    pub(super) async fn keep<G: OfferedBy<P>>(
        &self,
        world: &World,
        told: &mut Promises,
        session: Session<P, G, Authorized>,
    ) -> Result<TokenRecord, Stopped> {
        let kept = told.promptly(world.manager.keep(&self.key, session)).await;
        told.need(kept, "a session can be kept")?;
        self.named(world, told).await
    }

    /// The record that is stored. Where the provider says whose account it is, the record says so.
    pub(super) async fn named(&self, world: &World, told: &mut Promises) -> Result<TokenRecord, Stopped> {
        let record = self.record(world, told).await?;
        told.check(
            self.client.profile().account.is_none() || record.account_id().is_some(),
            "the API says whose account it is, which is stored",
            || "nobody knows".to_owned(),
        );
        Ok(record)
    }

    pub(super) async fn record(&self, world: &World, told: &mut Promises) -> Result<TokenRecord, Stopped> {
        let kept = told.need(world.vault.load(&self.key).await, "what is stored can be opened")?;
        told.need(kept.and_then(|kept| kept.record).ok_or("there is none"), "the account has a record")
    }

    pub(super) async fn row(&self, world: &World, told: &mut Promises) -> Result<Row, Stopped> {
        let row = told.need(world.vault.store().load(&self.key).await, "the store can be read")?;
        told.need(row.ok_or("there is no row"), "the account is in the store")
    }

    /// The row is active at this version, and so is the token.
    pub(super) async fn stored(
        &self,
        world: &World,
        told: &mut Promises,
        bearer: &Bearer,
        version: u64,
    ) -> Result<(), Stopped> {
        let row = self.row(world, told).await?;
        told.check(
            row.version.get() == version && row.status == Status::Active && bearer.version() == Some(version),
            format!("what is handed out is stored, as version {version}"),
            || format!("{:?} at version {}", row.status, row.version.get()),
        );
        Ok(())
    }

    /// The account is a tombstone, which has no token.
    pub(super) async fn ended(&self, world: &World, told: &mut Promises) -> Result<(), Stopped> {
        let row = self.row(world, told).await?;
        told.check(row.status == Status::Disconnected && row.sealed.is_none(), "the tombstone holds no secret", || {
            format!("{:?}, sealed secret: {}", row.status, row.sealed.is_some())
        });
        let asked = self.account(world).token().await;
        let heard = asked.as_ref().err().map(|error| error.code());
        told.check(heard == Some("account_disconnected"), "a disconnected account has no token", || {
            asked.map_or_else(|error| error.to_string(), |_| "a token".to_owned())
        });
        Ok(())
    }
}

/// How often the token endpoint was asked, in words.
pub(super) fn requests(posts: u64) -> String {
    format!("{posts} requests to the token endpoint")
}
