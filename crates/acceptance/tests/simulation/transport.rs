//! The transport of one host: requests leave it, and go on without it.

use std::time::Duration;

use async_trait::async_trait;
use mailgrant_core::{
    Request, Sent, Transport, TransportError,
    bytes::Bytes,
    http::{self, Response},
};
use tokio::sync::oneshot;

use crate::{
    executor::{Node, OUTSIDE},
    network::Passage,
    oracle::Heard,
    scenario::Point,
    server::{Asked, Reply},
    world::World,
};

pub(crate) struct SimulatedTransport {
    world: World,
    node: Node,
}

impl SimulatedTransport {
    pub(crate) fn new(world: World, node: Node) -> Self {
        Self { world, node }
    }

    /// As far as the first byte.
    async fn connect(&self, request: &Request, passage: &Passage) -> Result<(), TransportError> {
        let world = &self.world;
        world.executor.sleep(passage.connecting.min(request.within)).await;
        if passage.unreachable || passage.connecting >= request.within {
            world.book().tally.count("request unreachable");
            return Err(TransportError::new(Sent::No, "connection refused"));
        }
        if !request.may_be_sent() {
            world.book().tally.count("not sent: too late");
            world.note(|| format!("host {} does not send: too late", self.node));
            return Err(TransportError::new(Sent::No, "too late to send"));
        }
        Ok(())
    }
}

#[async_trait]
impl Transport for SimulatedTransport {
    async fn send(&self, request: Request) -> Result<Response<Bytes>, TransportError> {
        let (world, node) = (&self.world, self.node);
        let began = world.executor.now();
        let asked = Asked::of(&request.http);
        let mut passage = world.book().passage(&world.scenario);
        if matches!(asked, Asked::Refresh(_)) {
            passage.treatment = world.book().treatments.pop().unwrap_or(passage.treatment);
        }
        if let Asked::Refresh(token) = asked {
            world.book().tried(&world.executor, node, token);
        }
        self.connect(&request, &passage).await?;
        let post = match asked {
            Asked::Refresh(token) => Some(world.book().sent(&world.executor, node, token)),
            _ => None,
        };
        let (tell, told) = oneshot::channel();
        let (serving, life) = (world.clone(), world.executor.life(node));
        let (treatment, there, back) = (passage.treatment, passage.there, passage.back);
        world.note(|| format!("host {node} sends {asked:?}, to be treated {treatment:?}"));
        world.executor.spawn(
            OUTSIDE,
            Box::pin(async move {
                serving.executor.sleep(there).await;
                let reply = serving.serve(asked, treatment, post, (node, life));
                serving.executor.sleep(back).await;
                match reply {
                    Reply::Silence => std::future::pending().await,
                    reply => drop(tell.send(reply)),
                }
            }),
        );
        if post.is_some() {
            world.pass(node, Point::K3).await;
        }
        let left = request.within.saturating_sub(world.executor.now() - began);
        let reply = tokio::select! {
            biased;
            reply = told => reply.unwrap_or(Reply::Dropped),
            () = world.executor.sleep(left) => Reply::Silence,
        };
        if post.is_some() && matches!(reply, Reply::Answer(..)) {
            world.pass(node, Point::K5).await;
        }
        if let Some(post) = post {
            world.book().heard(post, reply.heard());
            world.note(|| format!("host {node} hears {:?}", reply.heard()));
        }
        reply.into_response()
    }
}

impl Reply {
    /// What a host can make of it.
    fn heard(&self) -> Heard {
        match self {
            Self::Answer(200, _, body) if body.ends_with('}') => Heard::Renewed,
            Self::Answer(400, _, _) => Heard::Refused,
            Self::Answer(401 | 429, _, _) => Heard::Untouched,
            _ => Heard::Unclear,
        }
    }

    fn into_response(self) -> Result<Response<Bytes>, TransportError> {
        match self {
            Self::Answer(status, pause, body) => {
                let mut response = Response::new(Bytes::from(body));
                *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
                if let Some(pause) = pause {
                    let value = Duration::as_secs(&pause).into();
                    response.headers_mut().insert(http::header::RETRY_AFTER, value);
                }
                Ok(response)
            }
            Self::Dropped => Err(TransportError::new(Sent::Perhaps, "connection reset")),
            Self::Silence => Err(TransportError::new(Sent::Perhaps, "timed out")),
        }
    }
}
