//! From connections to answers.

use std::io;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::control;
use crate::delivery::{self, Parcel};
use crate::fault::{Fault, Target};
use crate::faults::Strike;
use crate::provider::Provider;
use crate::reply::{self, Reply};
use crate::world::World;

const LARGEST_BODY: usize = 64 * 1024;

/// Accepts connections until told to stop, then lets those that are in work finish.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&world), stop.clone()));
                }
                Err(_) => tokio::task::yield_now().await,
            },
            Some(_) = connections.join_next() => {}
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, world: Arc<World>, mut stop: watch::Receiver<bool>) {
    let service = service_fn(move |request| {
        let world = Arc::clone(&world);
        async move { answer(&world, request).await }
    });
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// An error closes the connection without an answer.
async fn answer(world: &World, request: Request<Incoming>) -> io::Result<Response<Parcel>> {
    if !names_us(request.headers(), world.port) {
        let refusal =
            reply::text(StatusCode::MISDIRECTED_REQUEST, "The emulator answers only to its own loopback address.\n");
        return Ok(delivery::deliver(refusal, None));
    }
    let provider = Provider::of(&request);
    let target = provider.target(&request);
    let _in_work = world.arrived(target);
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            let refusal = reply::empty(StatusCode::PAYLOAD_TOO_LARGE);
            return Ok(delivery::deliver(refusal, None));
        }
        Err(error) => return Err(io::Error::other(error)),
    };
    let request = Request::from_parts(head, body);
    world.read(target, &request);

    let strike = strike(world, target);
    let reply = committed(world, &request, provider, target, strike.fault)?;
    if let Some(delay) = strike.delay {
        delivery::wait(delay).await;
    }
    match strike.fault {
        Some(Fault::DropAfterCommit) => Err(io::ErrorKind::ConnectionAborted.into()),
        Some(Fault::Html502AfterCommit) => Ok(delivery::deliver(reply::bad_gateway(), None)),
        Some(Fault::Empty200) => Ok(delivery::deliver(reply::empty(StatusCode::OK), None)),
        fault => Ok(delivery::deliver(reply, fault)),
    }
}

fn strike(world: &World, target: Option<Target>) -> Strike {
    let mut state = world.lock();
    let strike = target.map(|target| state.faults.strike(target)).unwrap_or_default();
    state.counters.faults += strike.count();
    strike
}

/// The commit: the state changes here, unless a fault takes its place.
fn committed(
    world: &World,
    request: &Request<Bytes>,
    provider: Provider,
    target: Option<Target>,
    fault: Option<Fault>,
) -> io::Result<Reply> {
    if fault == Some(Fault::DropBeforeCommit) {
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    if let (Some(target), Some(fault)) = (target, fault)
        && let Some(instead) = provider.instead(world, request, target, fault)
    {
        return Ok(instead);
    }
    match target {
        None if request.uri().path().starts_with(control::PREFIX) => Ok(control::answer(world, request)),
        _ => provider.answer(world, request),
    }
}

/// A page on another name that resolves to this address must not reach us.
fn names_us(headers: &HeaderMap, port: u16) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let Some((name, named_port)) = host.to_str().ok().and_then(|host| host.rsplit_once(':')) else {
        return false;
    };
    named_port.parse() == Ok(port) && (name.eq_ignore_ascii_case("localhost") || matches!(name, "127.0.0.1" | "[::1]"))
}
