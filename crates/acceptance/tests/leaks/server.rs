//! A server on loopback that remembers what reaches it, whose answers need not be HTTP.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Heard {
    /// Method with target, as in `GET /accounts`.
    pub(crate) fn asked(&self) -> &str {
        self.head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// Everything secret that it was sent, as a careless server would repeat it.
    pub(crate) fn repeated(&self) -> String {
        let authorization = self.header("authorization").unwrap_or_default();
        let query = self.asked().split_once('?').map_or("", |(_, query)| query);
        format!("{authorization} {query} {}", self.body)
    }
}

impl Server {
    /// Answers every request with the bytes that `answer` makes of it, then closes the connection.
    pub(crate) fn start(answer: impl Fn(&Heard) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let (answer, ears) = (Arc::new(answer), heard.clone());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answer, ears) = (answer.clone(), ears.clone());
                thread::spawn(move || {
                    let mut stream = BufReader::new(stream);
                    let request = read(&mut stream);
                    ears.lock().unwrap().push(request.clone());
                    let _ = stream.get_mut().write_all(&answer(&request));
                });
            }
        });
        Self { url, heard }
    }

    /// What reached it since this was asked last.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    /// What reached it in the open: targets with headers, but for the one header that is for secrets, and for the target
    /// at which the provider wants them. None of it may be a referrer or a cookie.
    #[track_caller]
    pub(crate) fn sent_openly(&self, secrets_at: Option<&str>) -> String {
        let heard = self.heard();
        assert!(!heard.is_empty(), "nothing was sent");
        let mut open = String::new();
        for request in heard {
            for never in ["referer", "cookie"] {
                assert_eq!(request.header(never), None, "{request:?}");
            }
            let excused = secrets_at.is_some_and(|at| request.asked().starts_with(&format!("GET {at}?")));
            let sent = request.head.lines().skip(usize::from(excused));
            for line in sent.filter(|line| !line.to_ascii_lowercase().starts_with("authorization: ")) {
                open.push_str(line);
                open.push('\n');
            }
        }
        open
    }
}

/// An answer with a length that is true.
pub(crate) fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}").into_bytes()
}

/// The request, or what there is of it.
fn read(stream: &mut BufReader<TcpStream>) -> Heard {
    let _ = stream.get_ref().set_read_timeout(Some(Duration::from_secs(2)));
    // Whoever begins with a TLS handshake has no lines to read.
    if stream.fill_buf().is_ok_and(|begun| begun.first() == Some(&0x16)) {
        return Heard { head: "TLS".to_owned(), body: String::new() };
    }
    let mut head = String::new();
    while stream.read_line(&mut head).unwrap_or(0) > 0 && !head.ends_with("\r\n\r\n") {}
    let mut heard = Heard { head, body: String::new() };
    let length = heard.header("content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    let _ = stream.read_exact(&mut body);
    heard.body = String::from_utf8_lossy(&body).into_owned();
    heard
}
