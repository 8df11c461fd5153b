//! The emulator behind TLS: whoever relays to it what comes over a secured connection.

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// Signed by itself, for the address 127.0.0.1 alone. Its key is in the open, so it proves nothing to anybody.
pub(crate) const CERTIFICATE: &[u8] = include_bytes!("../../tests/standards/self_signed.pem");
const KEY: &[u8] = include_bytes!("../../tests/standards/self_signed_key.pem");

/// Relays to the server at `http`, from the address that is returned.
pub(crate) fn start(http: &str) -> String {
    let to = http.strip_prefix("http://").unwrap().to_owned();
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_slice(KEY).unwrap());
    let (config, listener) = (Arc::new(config.unwrap()), TcpListener::bind("127.0.0.1:0").unwrap());
    let url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let stream = stream.unwrap();
            let here = stream.local_addr().unwrap().to_string();
            relay(StreamOwned::new(connection, stream), &here, &to).unwrap();
        }
    });
    url
}

/// One request with its answer. An emulator answers to no other name than its own.
fn relay(mut client: StreamOwned<ServerConnection, TcpStream>, here: &str, to: &str) -> io::Result<()> {
    let mut server = TcpStream::connect(to)?;
    let request = String::from_utf8_lossy(&message(&mut client)?).replacen(here, to, 1);
    server.write_all(request.as_bytes())?;
    client.write_all(&message(&mut server)?)?;
    client.conn.send_close_notify();
    client.flush()
}

/// A head with as much of a body as it says.
fn message(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let (mut message, mut byte) = (Vec::new(), [0]);
    while !message.ends_with(b"\r\n\r\n") {
        from.read_exact(&mut byte)?;
        message.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&message).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    from.read_exact(&mut body)?;
    message.extend(body);
    Ok(message)
}
