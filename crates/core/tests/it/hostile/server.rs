//! A server on loopback that does to its clients what a row of the table says.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

/// What it does with a connection. Unless it says otherwise, it reads the whole request first.
pub(crate) enum Does {
    /// Says this, then ends.
    Says(Vec<u8>),
    /// Says the head, then the chunk again up to so many times.
    Floods(Vec<u8>, Vec<u8>, usize),
    /// Says this one byte at a time, with a pause of so many milliseconds after each.
    Drips(Vec<u8>, u64),
    /// Says this again and again, with a pause of so many milliseconds after each, for as long as somebody waits.
    Repeats(Vec<u8>, u64),
    /// Says this, then nothing for as long as somebody waits.
    Stalls(Vec<u8>),
    /// Says this when nobody waits any more.
    IsLate(Vec<u8>),
    /// Says this when the request has begun, then reads the rest of it.
    Interrupts(Vec<u8>),
    /// Says this when the request's head is there, then ends without reading the rest of it.
    TurnsAway(Vec<u8>),
    /// Says this to a connection on which nothing was asked yet, then reads.
    Volunteers(Vec<u8>),
    /// Ends the connection when it comes.
    HangsUp,
}

/// What it has seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    /// Requests that came whole.
    pub(crate) requests: usize,
    /// Bytes that it got rid of.
    pub(crate) written: usize,
    open: usize,
    closing: bool,
}

/// The server, until it is dropped.
pub(crate) struct Hostile {
    address: SocketAddr,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Hostile {
    pub(crate) fn start(does: Arc<Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { address: listener.local_addr().unwrap(), seen: Arc::default() };
        let seen = server.seen.clone();
        thread::spawn(move || {
            while let Ok((socket, _)) = listener.accept() {
                let Some(connection) = Connection::counted(socket, &seen) else { return };
                let does = does.clone();
                thread::spawn(move || connection.serve(&does));
            }
        });
        server
    }

    pub(crate) fn token_url(&self) -> String {
        format!("http://{}/token", self.address)
    }

    /// The same server by another name.
    pub(crate) fn other_name(&self) -> String {
        format!("http://localhost:{}/token", self.address.port())
    }

    /// What it has seen once a client has come, with every connection over.
    pub(crate) fn seen(&self) -> Seen {
        let (seen, changed) = &*self.seen;
        let goes_on = |seen: &mut Seen| seen.connections == 0 || seen.open > 0;
        let (seen, wait) = changed.wait_timeout_while(seen.lock().unwrap(), Duration::from_secs(60), goes_on).unwrap();
        assert!(!wait.timed_out(), "nobody comes, or a connection stays open: {seen:?}");
        *seen
    }

    /// How many came, whom nobody expects. One comes after them, so that none of them is still on its way.
    pub(crate) fn strangers(&self) -> usize {
        drop(TcpStream::connect(self.address).unwrap());
        self.seen().connections - 1
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.seen.0.lock().unwrap().closing = true;
        // Whoever accepts has to be woken.
        let _ = TcpStream::connect(self.address);
    }
}

struct Connection {
    socket: TcpStream,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Connection {
    /// `None` if the server is closing.
    fn counted(socket: TcpStream, seen: &Arc<(Mutex<Seen>, Condvar)>) -> Option<Self> {
        let mut counts = seen.0.lock().unwrap();
        if counts.closing {
            return None;
        }
        counts.connections += 1;
        counts.open += 1;
        drop(counts);
        socket.set_nodelay(true).unwrap();
        Some(Self { socket, seen: seen.clone() })
    }

    fn serve(mut self, does: &Does) {
        match does {
            Does::Says(bytes) if self.read_request() => drop(self.say(bytes)),
            Does::Floods(head, chunk, times) if self.read_request() => {
                let _ = self.say(head) && (0..*times).all(|_| self.say(chunk));
            }
            Does::Drips(bytes, pause) if self.read_request() => {
                let _ = bytes.iter().all(|byte| self.say(&[*byte]) && self.is_waited_for(*pause));
            }
            Does::Repeats(bytes, pause) if self.read_request() => {
                while self.say(bytes) && self.is_waited_for(*pause) {}
            }
            Does::Stalls(bytes) if self.read_request() => {
                let _ = self.say(bytes);
                while self.is_waited_for(1000) {}
            }
            Does::IsLate(bytes) if self.read_request() => {
                while self.is_waited_for(1000) {}
                self.say(bytes);
            }
            Does::Interrupts(bytes) if self.read_byte() => {
                self.say(bytes);
                self.read_request();
            }
            Does::TurnsAway(bytes) if self.read_until(|seen| head_of(seen).is_some()) => {
                self.say(bytes);
                return;
            }
            Does::Volunteers(bytes) => {
                self.say(bytes);
                self.read_request();
            }
            Does::HangsUp => return,
            _ => return,
        }
        // What is said is heard to its end, and a second request on this connection is one too many.
        let _ = self.socket.shutdown(std::net::Shutdown::Write);
        let _ = self.socket.set_read_timeout(None);
        while self.read_request() {}
    }

    fn read_request(&mut self) -> bool {
        let whole = self.read_until(is_whole);
        self.seen.0.lock().unwrap().requests += usize::from(whole);
        whole
    }

    fn read_until(&mut self, is_enough: impl Fn(&[u8]) -> bool) -> bool {
        let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
        while !is_enough(&seen) {
            match self.socket.read(&mut buffer) {
                Ok(0) | Err(_) => return false,
                Ok(read) => seen.extend_from_slice(&buffer[..read]),
            }
        }
        true
    }

    /// Whether something came; it is left where it is.
    fn read_byte(&mut self) -> bool {
        self.socket.peek(&mut [0]).is_ok_and(|read| read > 0)
    }

    fn say(&mut self, bytes: &[u8]) -> bool {
        bytes.chunks(16 * 1024).all(|part| {
            let said = self.socket.write_all(part).is_ok();
            self.seen.0.lock().unwrap().written += if said { part.len() } else { 0 };
            said
        })
    }

    /// Whether the client is still there after this pause.
    fn is_waited_for(&mut self, milliseconds: u64) -> bool {
        self.socket.set_read_timeout(Some(Duration::from_millis(milliseconds))).unwrap();
        match self.socket.read(&mut [0; 64]) {
            Ok(read) => read > 0,
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.seen.0.lock().unwrap().open -= 1;
        self.seen.1.notify_all();
    }
}

/// Whether a request is there to its end, as its length says.
pub(crate) fn is_whole(request: &[u8]) -> bool {
    head_of(request).is_some_and(|(head, body)| {
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
        body.len() >= length.unwrap_or(0)
    })
}

/// The head of a request, with what follows it.
fn head_of(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    Some(bytes.split_at(end))
}
