//! The callback listener: waits on loopback for the browser to come back.

mod fragment;
mod page;
mod place;

use std::{convert::Infallible, future::Future, io, pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use mailgrant_core::{BoxFuture, Host, SystemHost};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
};

pub(crate) use self::page::Page;
use self::place::{Came, Place};
use crate::{
    exit::{Exit, Stop},
    redirect::RedirectUri,
};

/// How long a browser may take to say what it wants.
const HEAD: Duration = Duration::from_secs(10);

/// How long the last page may take to leave.
const FAREWELL: Duration = Duration::from_secs(1);

/// Connections at once; a browser opens a few.
const CONNECTIONS: usize = 256;

/// Listens where the redirect URI points.
#[derive(Debug)]
pub(crate) struct Listener {
    sockets: Vec<TcpListener>,
    place: Place,
}

/// What becomes of a callback: the page for the browser, and the end of the wait if it is one.
pub(crate) type Reply<T> = (Page, Option<T>);

type Answer<T> = dyn Fn(String) -> BoxFuture<Reply<T>> + Send + Sync;

impl Listener {
    /// Takes the address; `None` if the redirect URI is not on loopback. `fragments`: whether a page is to hand over
    /// what a browser keeps to itself.
    pub(crate) async fn bind(redirect: &RedirectUri, fragments: bool) -> Result<Option<Self>, Stop> {
        let addresses = redirect.loopback();
        if addresses.is_empty() {
            return Ok(None);
        }
        let (mut sockets, mut failure) = (Vec::new(), None);
        for address in addresses {
            match TcpListener::bind(address).await {
                Ok(socket) => sockets.push(socket),
                // Whoever is there would get the code that is meant for us.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    return Err(Stop::new(
                        Exit::Configuration,
                        format!(
                            "{address} is in use by another program: end that, or register another redirect URL and name it with --redirect-uri"
                        ),
                    ));
                }
                Err(error) => failure = Some((address, error)),
            }
        }
        match failure {
            Some((address, error)) if sockets.is_empty() => Err(Stop::new(
                Exit::Configuration,
                format!(
                    "nobody can listen on {address} ({error}): name another redirect URL with --redirect-uri, or --paste"
                ),
            )),
            _ => Ok(Some(Self { sockets, place: Place::new(redirect, fragments) })),
        }
    }

    /// Hands every callback to `answer`, until one of them ends the wait: its query, or its fragment with the `#`.
    ///
    /// A callback is dealt with to its end, even if its browser leaves.
    pub(crate) async fn wait<T: Send + 'static>(
        self,
        answer: impl Fn(String) -> BoxFuture<Reply<T>> + Send + Sync + 'static,
    ) -> T {
        let answer: Arc<Answer<T>> = Arc::new(answer);
        let (ends, mut ended) = mpsc::channel(1);
        let mut connections = JoinSet::new();
        let end = loop {
            tokio::select! {
                biased;
                Some(end) = ended.recv() => break end,
                Some(_) = connections.join_next() => {}
                accepted = accept(&self.sockets) => match accepted {
                    Ok(stream) if connections.len() < CONNECTIONS => {
                        connections.spawn(serve(stream, self.place.clone(), answer.clone(), ends.clone()));
                    }
                    Ok(_) => {}
                    // No file is free to be opened: connections that end free some.
                    Err(_) => SystemHost.sleep(Duration::from_millis(50)).await,
                },
            }
        };
        tokio::select! {
            biased;
            () = async { while connections.join_next().await.is_some() {} } => {}
            () = SystemHost.sleep(FAREWELL) => {}
        }
        end
    }
}

async fn accept(sockets: &[TcpListener]) -> io::Result<TcpStream> {
    let accepted = match sockets {
        [first, second, ..] => tokio::select! {
            accepted = first.accept() => accepted,
            accepted = second.accept() => accepted,
        },
        [only] => only.accept().await,
        [] => std::future::pending().await,
    };
    accepted.map(|(stream, _)| stream)
}

async fn serve<T: Send + 'static>(stream: TcpStream, place: Place, answer: Arc<Answer<T>>, ends: mpsc::Sender<T>) {
    let service = service_fn(|request: Request<Incoming>| {
        let (place, answer, ends) = (place.clone(), answer.clone(), ends.clone());
        async move {
            let response = match place.read(request).await {
                Came::Query(query) => receive(query, answer, ends).await.into_response(),
                Came::Fragment(fragment) => receive(fragment, answer, ends).await.into_json(),
                Came::Other(response) => response,
            };
            Ok::<Response<Full<Bytes>>, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(8 * 1024)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // A browser that leaves early has its own reasons.
    let _ = pin!(connection).await;
}

/// Deals with a callback on a task that outlives its connection.
fn receive<T: Send + 'static>(
    callback: String,
    answer: Arc<Answer<T>>,
    ends: mpsc::Sender<T>,
) -> impl Future<Output = Page> + Send {
    let (reply, replied) = oneshot::channel();
    SystemHost.spawn(Box::pin(async move {
        let (page, end) = answer(callback).await;
        // The browser may have left, and the wait may be over.
        let _ = reply.send(page);
        if let Some(end) = end {
            let _ = ends.send(end).await;
        }
    }));
    async move { replied.await.unwrap_or_else(|_| Page::wrong_request(StatusCode::NOT_FOUND)) }
}
