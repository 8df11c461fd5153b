//! The demo's own service, as a browser sees it: one address, to which the provider sends people back.

use std::{convert::Infallible, io, net::Ipv4Addr, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use mailgrant_core::Host;
use secrecy::SecretString;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

const PATH: &str = "/callback";

/// More callbacks than this at once are nobody's login.
const WAITING: usize = 8;

/// Listens on loopback; what arrives at the callback's exact path is handed on, and nothing is decided here.
pub(super) struct CallbackServer {
    port: u16,
    arrived: mpsc::Receiver<SecretString>,
}

impl CallbackServer {
    pub(super) async fn start(host: Arc<dyn Host>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (hand_on, arrived) = mpsc::channel(WAITING);
        let spawner = host.clone();
        host.spawn(Box::pin(async move {
            while !hand_on.is_closed() {
                let Ok((stream, _)) = listener.accept().await else { continue };
                spawner.spawn(Box::pin(serve(stream, hand_on.clone())));
            }
        }));
        Ok(Self { port, arrived })
    }

    /// The redirect URI that is registered with the app.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Forgets what has arrived so far, such as a page that was loaded again.
    pub(super) fn forget(&mut self) {
        while self.arrived.try_recv().is_ok() {}
    }

    /// The query of the next callback. It holds a code.
    pub(super) async fn next(&mut self) -> Option<SecretString> {
        self.arrived.recv().await
    }
}

async fn serve(stream: TcpStream, hand_on: mpsc::Sender<SecretString>) {
    let service = service_fn(move |request| {
        let answer = answer(&request, &hand_on);
        async move { Ok::<_, Infallible>(answer) }
    });
    // A browser that leaves is no matter of ours.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

fn answer(request: &Request<Incoming>, hand_on: &mpsc::Sender<SecretString>) -> Response<Full<Bytes>> {
    match (request.method(), request.uri().path(), request.uri().query()) {
        (&Method::GET, PATH, Some(query)) => match hand_on.try_send(query.to_owned().into()) {
            Ok(()) => page(StatusCode::OK, "Thank you. The story goes on in the terminal; this page can be closed."),
            Err(_) => page(StatusCode::SERVICE_UNAVAILABLE, "Nobody waits for this any more."),
        },
        _ => page(StatusCode::NOT_FOUND, "There is nothing here."),
    }
}

/// A page without links, scripts or memory: its own address holds a code.
fn page(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut page = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *page.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONNECTION, "close"),
    ] {
        page.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    page
}
