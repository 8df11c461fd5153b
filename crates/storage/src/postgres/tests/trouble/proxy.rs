//! A connection that loses an answer: what was asked is done, which nobody hears of.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// Stands before a server, and closes a connection in place of one answer.
pub(super) struct Proxy {
    port: u16,
    rest: String,
    until_lost: Arc<Mutex<usize>>,
}

impl Proxy {
    /// Before the server of an address `postgres://user@host:port/database`.
    pub(super) fn before(url: &str) -> Self {
        let (_, place) = url.split_once('@').unwrap();
        let (server, rest) = place.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let until_lost = Arc::new(Mutex::new(0));
        let (server, sharing) = (server.to_owned(), Arc::clone(&until_lost));
        thread::spawn(move || {
            for client in listener.incoming() {
                serve(client.unwrap(), &server, &sharing);
            }
        });
        Self { port, rest: rest.to_owned(), until_lost }
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}", self.port, self.rest)
    }

    /// The answer to the statement that is that many from here is lost, with its connection.
    pub(super) fn lose_answer(&self, number: usize) {
        *self.until_lost.lock().unwrap() = number;
    }
}

fn serve(client: TcpStream, server: &str, until_lost: &Arc<Mutex<usize>>) {
    let server = TcpStream::connect(server).unwrap();
    let lost = Arc::new(Mutex::new(false));
    let (mut asking, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let (losing, until_lost) = (Arc::clone(&lost), Arc::clone(until_lost));
    thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = asking.read(&mut buffer) {
            let asked = &buffer[..length];
            // A statement is run by a message that binds its values, whether it was prepared just now or before.
            let mut until_lost = until_lost.lock().unwrap();
            if asked[0] == b'B' && *until_lost > 0 {
                *until_lost -= 1;
                *losing.lock().unwrap() = *until_lost == 0;
            }
            drop(until_lost);
            if to_server.write_all(asked).is_err() {
                break;
            }
        }
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let (mut answering, mut to_client) = (server, client);
    thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = answering.read(&mut buffer) {
            if *lost.lock().unwrap() {
                break;
            }
            if to_client.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
    });
}
