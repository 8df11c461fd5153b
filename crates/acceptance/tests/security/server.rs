//! A server on loopback that says what a test tells it to, to whatever it is asked.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    thread,
};

pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    heard: Receiver<String>,
}

impl Server {
    /// Answers every request with what `answer` makes of it: its head with its body, as one text.
    pub(crate) fn start(answer: impl Fn(&str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, heard) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let request = read(&mut stream);
                let answer = answer(&request);
                // Said before it is answered, so that whoever has the answer can ask for it.
                if sender.send(request).is_err() {
                    return;
                }
                let _ = stream.get_mut().write_all(answer.as_bytes());
            }
        });
        Self { url, heard }
    }

    /// Answers every request with this status, header lines and body.
    pub(crate) fn saying(status: &str, headers: &str, body: &str) -> Self {
        let answer = http(status, headers, body);
        Self::start(move |_| answer.clone())
    }

    /// What was asked since this was asked last, head with body.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.try_iter().collect()
    }
}

/// An answer that closes its connection.
pub(crate) fn http(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}")
}

fn read(stream: &mut impl BufRead) -> String {
    let mut request = String::new();
    while stream.read_line(&mut request).unwrap_or(0) > 0 && !request.ends_with("\r\n\r\n") {}
    let length =
        request.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    let _ = stream.read_exact(&mut body);
    request + &String::from_utf8_lossy(&body)
}
