//! The reqwest transport against a hostile server: bounded, once, and honest about what was sent.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mailgrant_core::{
    Host, Request, ReqwestTransport, Sent, SystemHost, Transport, TransportError, bytes::Bytes, http,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A server that lets `behave` do what it likes with each connection, and counts the requests that came whole.
async fn server<F>(behave: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> (String, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    SystemHost.spawn(Box::pin(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut seen = Vec::new();
            let mut buffer = [0; 4096];
            while !seen.ends_with(b"token=hush") {
                match socket.read(&mut buffer).await {
                    Ok(0) | Err(_) => break,
                    // The beginning of a TLS handshake.
                    Ok(_) if seen.is_empty() && buffer[0] == 0x16 => break,
                    Ok(read) => seen.extend_from_slice(&buffer[..read]),
                }
            }
            count.fetch_add(usize::from(seen.ends_with(b"token=hush")), Ordering::SeqCst);
            SystemHost.spawn(Box::pin(behave(socket)));
        }
    }));
    (url, requests)
}

async fn send(url: &str, within: Duration) -> Result<http::Response<Bytes>, TransportError> {
    let request = http::Request::post(url).body(Bytes::from_static(b"token=hush")).unwrap();
    ReqwestTransport::builder().build().unwrap().send(Request::new(request, within, 1024)).await
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn an_answer_comes_with_status_headers_and_body() {
    let (url, requests) = server(|mut socket| async move {
        let _ = socket.write_all(b"HTTP/1.1 418 x\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\nhi").await;
    })
    .await;
    let answer = send(&url, LONG).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"], &answer.body()[..]),
        (418, &"7".parse().unwrap(), &b"hi"[..])
    );
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (url, requests) = server(|mut socket| async move {
        let _ = socket.write_all(b"HTTP/1.1 307 x\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n").await;
    })
    .await;
    assert_eq!(send(&url, LONG).await.unwrap().status(), 307);
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_breaks_after_sending_is_sent_perhaps_and_once() {
    let breaks: [&[u8]; 5] = [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\":",
        b"not http\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ];
    for bytes in breaks {
        let (url, requests) = server(move |mut socket| async move {
            let _ = socket.write_all(bytes).await;
        })
        .await;
        let error = send(&url, LONG).await.unwrap_err();
        assert_eq!(error.sent(), Sent::Perhaps, "{}", String::from_utf8_lossy(bytes));
        assert_eq!(requests.load(Ordering::SeqCst), 1, "{}", String::from_utf8_lossy(bytes));
    }
}

#[tokio::test]
async fn a_large_or_endless_body_is_cut_off() {
    for head in ["content-length: 50000000", "transfer-encoding: chunked"] {
        let (url, _) = server(move |mut socket| async move {
            let _ = socket.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").as_bytes()).await;
            let chunk = if head.starts_with("transfer") {
                format!("400\r\n{}\r\n", "x".repeat(1024))
            } else {
                "x".repeat(1024)
            };
            while socket.write_all(chunk.as_bytes()).await.is_ok() {}
        })
        .await;
        let error = send(&url, LONG).await.unwrap_err();
        assert_eq!((error.sent(), error.to_string().as_str()), (Sent::Perhaps, "the answer is too large"));
    }
}

#[tokio::test]
async fn silence_ends_with_the_time_that_was_given() {
    let (url, requests) = server(|socket| async move {
        let _held = socket;
        std::future::pending::<()>().await;
    })
    .await;
    let error = send(&url, Duration::from_millis(300)).await.unwrap_err();
    assert_eq!((error.sent(), error.to_string().as_str()), (Sent::Perhaps, "no answer in time"));
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nobody_there_means_nothing_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    drop(listener);
    let error = send(&url, LONG).await.unwrap_err();
    assert_eq!((error.sent(), error.to_string().as_str()), (Sent::No, "no connection"));
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_sent_nothing() {
    let (url, requests) = server(|mut socket| async move {
        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
    })
    .await;
    let error = send(&url.replace("http:", "https:"), LONG).await.unwrap_err();
    assert_eq!(error.sent(), Sent::No);
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_request_whose_time_is_over_is_not_sent() {
    let (url, requests) = server(|socket| async move { drop(socket) }).await;
    let error = send(&url, Duration::ZERO).await.unwrap_err();
    assert_eq!(error.sent(), Sent::No);
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_its_guard_stops_is_not_sent() {
    // The guard lets the request begin, and stops it when the body is about to leave: the process was frozen in between.
    for lets_pass in [0, 1] {
        let (url, requests) = server(|socket| async move { drop(socket) }).await;
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let http = http::Request::post(&url).body(Bytes::from_static(b"token=hush")).unwrap();
        let request =
            Request::new(http, LONG, 1024).guarded_by(move || count.fetch_add(1, Ordering::SeqCst) < lets_pass);
        let error = ReqwestTransport::builder().build().unwrap().send(request).await.unwrap_err();
        assert_eq!((error.sent(), asked.load(Ordering::SeqCst)), (Sent::No, lets_pass + 1));
        assert_eq!(requests.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn without_a_body_a_broken_connection_proves_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/thing", listener.local_addr().unwrap());
    SystemHost.spawn(Box::pin(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 1024]).await;
    }));
    let request = http::Request::delete(url).body(Bytes::new()).unwrap();
    let error = ReqwestTransport::builder().build().unwrap().send(Request::new(request, LONG, 1024)).await.unwrap_err();
    assert_eq!(error.sent(), Sent::Perhaps);
}

#[test]
fn nothing_of_a_request_is_printed_but_where_it_goes() {
    let request = http::Request::post("https://h.example/t?code=hush")
        .header("authorization", "hush")
        .body(Bytes::from_static(b"hush"))
        .unwrap();
    let shown = format!(
        "{:?} {:?}",
        Request::new(request, LONG, 1),
        ReqwestTransport::builder().proxy("http://user:hush@proxy.example")
    );
    assert!(!shown.contains("hush"), "{shown}");
    assert!(shown.contains("h.example"));
}

#[tokio::test]
async fn futures_are_send() {
    fn is_send<T: Send>(_: &T) {}
    let transport: Arc<dyn Transport> = Arc::new(ReqwestTransport::builder().build().unwrap());
    let request = http::Request::post("http://127.0.0.1:1").body(Bytes::new()).unwrap();
    is_send(&transport.send(Request::new(request, LONG, 1)));
}
