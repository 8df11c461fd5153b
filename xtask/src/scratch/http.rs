//! One plain HTTP request over TCP.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::failure::{Failure, Outcome};

const PATIENCE: Duration = Duration::from_secs(10);

/// Where the page sends the browser.
pub(super) fn redirect_of(url: &str) -> Outcome<String> {
    let answer = ask("GET", url, "")?;
    location(&answer)
        .map_or_else(|| Failure::because(format!("the page sent the browser nowhere: {}", first(&answer))), Ok)
}

pub(super) fn post(url: &str, json: &str) -> Outcome {
    let answer = ask("POST", url, json)?;
    if answer.starts_with("HTTP/1.1 200 ") {
        return Ok(());
    }
    Failure::because(format!("{url} answered {}", first(&answer)))
}

fn ask(method: &str, url: &str, body: &str) -> Outcome<String> {
    let Some((host, path)) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')) else {
        return Failure::because(format!("`{url}` is no plain http address"));
    };
    let length = body.len();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    exchange(host, &request).map_err(Failure::of(format!("{host} did not answer")))
}

fn exchange(host: &str, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn location(answer: &str) -> Option<String> {
    let headers = answer.lines().skip(1).take_while(|line| !line.is_empty());
    let mut fields = headers.filter_map(|line| line.split_once(':'));
    fields.find(|(name, _)| name.eq_ignore_ascii_case("location")).map(|(_, value)| value.trim().to_owned())
}

fn first(answer: &str) -> &str {
    answer.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_header() {
        let answer = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/callback?code=c\r\n\r\n";
        assert_eq!(location(answer).as_deref(), Some("http://127.0.0.1:1/callback?code=c"));
        assert_eq!(location("HTTP/1.1 200 OK\r\n\r\nLocation: /in-the-body\r\n"), None);
    }

    #[test]
    fn only_plain_http_is_spoken() {
        assert!(ask("GET", "https://127.0.0.1/", "").is_err());
    }
}
