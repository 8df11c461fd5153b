//! The certificate of a server is verified: RFC 6749 §10.9.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use mailgrant_core::{Client, ClientCredentials, Credentials, Endpoints, ErrorKind, ReqwestTransport};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::{
    server::http,
    wire::{Post, TOKENS, post},
};

/// Signed by itself, for the address 127.0.0.1 alone. Its key is in the open, so it proves nothing to anybody.
const CERTIFICATE: &[u8] = include_bytes!("self_signed.pem");
const KEY: &[u8] = include_bytes!("self_signed_key.pem");

/// A token endpoint behind this certificate.
struct Server {
    port: u16,
    heard: Receiver<String>,
}

impl Server {
    fn start() -> Self {
        let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_slice(KEY).unwrap());
        let (config, listener) = (Arc::new(config.unwrap()), TcpListener::bind("127.0.0.1:0").unwrap());
        let port = listener.local_addr().unwrap().port();
        let (sender, heard) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let connection = ServerConnection::new(config.clone()).unwrap();
                if sender.send(serve(StreamOwned::new(connection, stream.unwrap()))).is_err() {
                    return;
                }
            }
        });
        Self { port, heard }
    }

    /// What came over the next connection.
    fn heard(&self) -> String {
        self.heard.recv_timeout(Duration::from_secs(30)).unwrap()
    }

    fn client(&self, host: &str, trusted: Option<&[u8]>) -> Client<Post> {
        let url = format!("https://{host}:{}", self.port);
        let provider = post(|profile| profile.endpoints = Endpoints::parse(&url, &url, &url).unwrap());
        let transport = ReqwestTransport::builder();
        let transport = trusted.map_or(Ok(ReqwestTransport::builder()), |pem| transport.trust_pem(pem)).unwrap();
        let transport = Arc::new(transport.build().unwrap());
        Client::builder(provider, Credentials::new("id", "secret"), transport).build().unwrap()
    }
}

/// What came over the connection, once it was secured.
fn serve(mut stream: StreamOwned<ServerConnection, TcpStream>) -> String {
    let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
    while !heard.ends_with(b"grant_type=client_credentials") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => heard.extend_from_slice(&buffer[..read]),
        }
    }
    if !heard.is_empty() {
        let _ = stream.write_all(http("200 OK", "", TOKENS).as_bytes());
        stream.conn.send_close_notify();
        let _ = stream.flush();
    }
    String::from_utf8(heard).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc6749_10_9_a_certificate_that_nobody_vouches_for_is_refused_with_nothing_sent() {
    let server = Server::start();
    let refused = server.client("127.0.0.1", None).begin(ClientCredentials).obtain().await.unwrap_err();
    assert_eq!((refused.error().kind(), refused.error().code()), (ErrorKind::TryLater, "provider_unreachable"));
    assert_eq!(server.heard(), "");
    // Nothing but trust was missing.
    drop(server.client("127.0.0.1", Some(CERTIFICATE)).begin(ClientCredentials).obtain().await.unwrap());
    assert!(server.heard().contains("authorization: Basic "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc6749_10_9_a_certificate_of_another_name_is_refused_with_nothing_sent() {
    let server = Server::start();
    let client = server.client("localhost", Some(CERTIFICATE));
    let refused = client.begin(ClientCredentials).obtain().await.unwrap_err();
    assert_eq!(refused.error().code(), "provider_unreachable");
    assert_eq!(server.heard(), "");
}

/// There is no switch that lets a certificate pass: neither in the library nor in the binary.
#[test]
fn rfc6749_10_9_verification_cannot_be_turned_off() {
    let sources = crate::native::sources();
    assert!(sources.iter().any(|(path, _)| path.ends_with("core/src/transport/reqwest.rs")));
    for (path, source) in sources {
        for switch in ["danger_accept_invalid", "tls_danger", "ServerCertVerified::assertion", "--insecure"] {
            assert!(!source.contains(switch), "{}: {switch}", path.display());
        }
    }
}
