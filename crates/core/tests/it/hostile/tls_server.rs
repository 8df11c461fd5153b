//! The table of servers that have to prove who they are.
//!
//! The leak suite of acceptance plays it too.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
};

use rustls::{
    ServerConfig, ServerConnection, Stream,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use super::{
    rows::{End, LOST},
    server::is_whole,
    tokens,
};

/// What the server does when a client says hello.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    /// Shakes hands with this certificate, then answers.
    Shows(&'static str),
    /// The same, then ends without an answer.
    ShowsAndEnds(&'static str),
    Says(&'static [u8]),
    IsSilent,
}

/// One server: its name, as its clients call it, whom they trust, how it ends.
pub(crate) type Row = (&'static str, Does, &'static str, &'static [&'static str], End);

pub(crate) const ROWS: [Row; 9] = [
    ("a certificate of its own making", Does::Shows(LOCALHOST), "localhost", &[], End::NotSent),
    ("another name's certificate", Does::Shows(LOCALHOST), "127.0.0.1", &[LOCALHOST], End::NotSent),
    ("a certificate that is over", Does::Shows(OVER), "localhost", &[OVER], End::NotSent),
    ("somebody else's trusted root", Does::Shows(LOCALHOST), "localhost", &[OVER], End::NotSent),
    ("an end in the handshake", Does::Says(b""), "localhost", &[LOCALHOST], End::NotSent),
    ("junk for a handshake", Does::Says(b"HTTP/1.1 200 OK\r\n\r\n"), "localhost", &[LOCALHOST], End::NotSent),
    ("a handshake without an end", Does::IsSilent, "localhost", &[LOCALHOST], End::NotSent),
    ("a certificate that is trusted", Does::Shows(LOCALHOST), "localhost", &[LOCALHOST], End::Granted),
    ("trusted, with no answer", Does::ShowsAndEnds(LOCALHOST), "localhost", &[LOCALHOST], LOST),
];

/// What the client said when it believed in the server.
pub(crate) fn serve(mut socket: &TcpStream, does: Does) -> Vec<u8> {
    let mut heard = vec![0; 16 * 1024];
    match does {
        Does::Shows(pem) | Does::ShowsAndEnds(pem) => {
            let mut connection = ServerConnection::new(Arc::new(config(pem))).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            let mut length = 0;
            while !is_whole(&heard[..length]) {
                match stream.read(&mut heard[length..]) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => length += read,
                }
            }
            heard.truncate(length);
            if matches!(does, Does::Shows(_)) && length > 0 {
                let tokens = tokens();
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{tokens}", tokens.len());
                stream.write_all(answer.as_bytes()).unwrap();
            }
            connection.send_close_notify();
            let _ = connection.write_tls(&mut socket);
        }
        Does::Says(bytes) => {
            let _ = socket.read(&mut heard);
            let _ = socket.write_all(bytes);
            heard.clear();
        }
        Does::IsSilent => {
            while socket.read(&mut heard).is_ok_and(|read| read > 0) {}
            heard.clear();
        }
    }
    heard
}

fn config(pem: &str) -> ServerConfig {
    let chain = vec![CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()];
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap())
        .unwrap()
}

/// Made for these tests: `localhost`, until 2120.
const LOCALHOST: &str = "-----BEGIN CERTIFICATE-----
MIIBcTCCARigAwIBAgIBATAKBggqhkjOPQQDAjAeMRwwGgYDVQQDDBNhIHRlc3Qg
b2YgbWFpbGdyYW50MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAe
MRwwGgYDVQQDDBNhIHRlc3Qgb2YgbWFpbGdyYW50MFkwEwYHKoZIzj0CAQYIKoZI
zj0DAQcDQgAEjXBmHYXZ705tZqXXByGtnaQrDmb83ZYB6bsLLf4O3CbLu4z5qjlb
hl7oeiitEV+G6r5C7Tz07SR80in/iKopE6NFMEMwFAYDVR0RBA0wC4IJbG9jYWxo
b3N0MAwGA1UdEwEB/wQCMAAwHQYDVR0OBBYEFN4LQNh45APjR4h/vVPG2aRj8qpy
MAoGCCqGSM49BAMCA0cAMEQCIG1aUZcO75eA7ICAruztwvzfO9Y72ERSotIVSyM3
3364AiB7nkwhdtU3c8eEaCc38zuH8ge25ZtICzPZFJxj9zadOA==
-----END CERTIFICATE-----";

/// The same, until 2021.
const OVER: &str = "-----BEGIN CERTIFICATE-----
MIIBezCCASKgAwIBAgIBATAKBggqhkjOPQQDAjAkMSIwIAYDVQQDDBlhbm90aGVy
IHRlc3Qgb2YgbWFpbGdyYW50MB4XDTIwMDEwMTAwMDAwMFoXDTIxMDEwMTAwMDAw
MFowJDEiMCAGA1UEAwwZYW5vdGhlciB0ZXN0IG9mIG1haWxncmFudDBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABI1wZh2F2e9ObWal1wchrZ2kKw5m/N2WAem7Cy3+
Dtwmy7uM+ao5W4Ze6HoorRFfhuq+Qu089O0kfNIp/4iqKROjRTBDMBQGA1UdEQQN
MAuCCWxvY2FsaG9zdDAMBgNVHRMBAf8EAjAAMB0GA1UdDgQWBBTeC0DYeOQD40eI
f71TxtmkY/KqcjAKBggqhkjOPQQDAgNHADBEAiAG5aRXZhfB+ZvJeA07loNH8Osa
P8VHpy1jiVmLriz8mgIgMK/ptjbCHO9bDask9aYyU+aPRIo/HiAvgUQFk4PSjhk=
-----END CERTIFICATE-----";

/// The key of both, which opens nothing.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgT3Bxj46zYyWVh0bT
g7cv8PW7n7ZouHlKWkOxjl7ZXPGhRANCAASNcGYdhdnvTm1mpdcHIa2dpCsOZvzd
lgHpuwst/g7cJsu7jPmqOVuGXuh6KK0RX4bqvkLtPPTtJHzSKf+IqikT
-----END PRIVATE KEY-----";
