//! A customer's browser that forgets what it saw.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use zeroize::Zeroizing;

use crate::needles::value;

/// Opens the address: where the consent page sends the browser. The page consents by itself.
pub(crate) fn open(url: &str) -> Zeroizing<String> {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let mut stream = TcpStream::connect(host).unwrap();
    for part in ["GET ", path, " HTTP/1.1\r\nHost: ", host, "\r\nConnection: close\r\n\r\n"] {
        stream.write_all(part.as_bytes()).unwrap();
    }
    let mut page = Zeroizing::new(vec![0_u8; 64 * 1024]);
    let mut filled = 0;
    loop {
        let read = stream.read(&mut page[filled..]).unwrap();
        if read == 0 {
            break;
        }
        filled += read;
    }
    let location = value(&page[..filled], "location: ", b'\r');
    let mut address = Zeroizing::new(String::with_capacity(location.len()));
    address.push_str(std::str::from_utf8(location).unwrap());
    address
}
