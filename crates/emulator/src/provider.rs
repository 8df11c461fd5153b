//! Which provider a request is for.

use std::io;

use bytes::Bytes;
use hyper::Request;

use crate::fault::{Fault, Target};
use crate::reply::Reply;
use crate::verticalresponse::{classic, delegated};
use crate::world::World;
use crate::{getresponse, verticalresponse};

/// A provider; what one of them issued is unknown at the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    GetResponse,
    /// VerticalResponse, generation 1.
    Classic,
    /// VerticalResponse, generation 2.
    Delegated,
}

impl Provider {
    /// In reality the host tells them apart, here the beginning of the path does.
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        let path = request.uri().path();
        if path.starts_with(classic::HOST) {
            Self::Classic
        } else if path.starts_with(delegated::HOST) || path.starts_with(delegated::GATEWAY) {
            Self::Delegated
        } else {
            Self::GetResponse
        }
    }

    /// Which kind of fault may strike this request.
    pub(crate) fn target<B>(self, request: &Request<B>) -> Option<Target> {
        match self {
            Self::GetResponse => getresponse::target(request),
            Self::Classic => classic::target(request),
            Self::Delegated => delegated::target(request),
        }
    }

    /// The commit of a request, with the answer that tells of it. An error closes the connection.
    pub(crate) fn answer(self, world: &World, request: &Request<Bytes>) -> io::Result<Reply> {
        match self {
            Self::GetResponse => Ok(getresponse::answer(world, request)),
            Self::Classic => Ok(classic::answer(world, request)),
            Self::Delegated => delegated::answer(world, request),
        }
    }

    /// What is answered in place of a commit, if the fault is of that kind.
    pub(crate) fn instead(
        self,
        world: &World,
        request: &Request<Bytes>,
        target: Target,
        fault: Fault,
    ) -> Option<Reply> {
        match self {
            Self::GetResponse => getresponse::instead(world, target, fault),
            Self::Classic | Self::Delegated => verticalresponse::instead(self, world, request, target, fault),
        }
    }
}
