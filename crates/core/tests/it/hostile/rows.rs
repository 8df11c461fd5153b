//! The table of hostile answers: what the server does, how each verb ends.
//!
//! The leak suite of acceptance plays it too, with secrets for tokens: `tokens` is said by whoever plays it.

use super::{gzip, server::Does, tokens};

/// One answer.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) does: Does,
    /// Whether nothing but the time limit ends it.
    pub(crate) ends_by_time: bool,
    /// How it ends; more than one where a race between two processes decides.
    pub(crate) ends: &'static [End],
}

/// How the verbs end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With the access token of `tokens`.
    Granted,
    /// Nobody knows what the provider did: a refresh is uncertain, whatever spends nothing is untouched.
    InDoubt(&'static str),
    /// The answer says that nothing happened: all are untouched.
    Untouched(&'static str),
    /// Nothing was sent: all are untouched, and no request came.
    NotSent,
}

pub(crate) const LOST: End = End::InDoubt("answer_lost");
const UNCLEAR: End = End::InDoubt("answer_unclear");
const UNWELL: End = End::InDoubt("provider_unwell");
const REDIRECTS: End = End::Untouched("token_endpoint_redirects");
/// These do not say that nothing happened: a 303 (RFC 9110 §15.4.4) follows what was done.
const REDIRECTED: &[End] = &[End::InDoubt("token_endpoint_redirects")];

const OTHER_TOKENS: &str = r#"{"access_token":"a2","token_type":"bearer","expires_in":60,"refresh_token":"r2"}"#;

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn ok(headers: &str, body: &str) -> Vec<u8> {
    answer("200 OK", headers, body)
}

/// The good answer, with exactly this head.
fn under(head: &str) -> Vec<u8> {
    format!("{head}\r\n\r\n{}", tokens()).into_bytes()
}

/// The good answer, with these headers in place of a length.
fn with(headers: &str) -> Vec<u8> {
    under(&format!("HTTP/1.1 200 OK\r\n{headers}"))
}

fn chunked(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{body}").into_bytes()
}

fn padded(length: usize) -> String {
    let tokens = tokens();
    let blanks = " ".repeat(length - tokens.len());
    tokens + &blanks
}

fn gzipped(runs: usize) -> Vec<u8> {
    let body = gzip::bomb(&tokens(), runs);
    let mut bytes =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend(body);
    bytes
}

fn row(name: &'static str, does: Does, ends: &'static [End]) -> Row {
    Row { name, does, ends_by_time: false, ends }
}

fn says(name: &'static str, bytes: Vec<u8>, ends: &'static [End]) -> Row {
    row(name, Does::Says(bytes), ends)
}

fn by_time(name: &'static str, does: Does) -> Row {
    Row { name, does, ends_by_time: true, ends: &[LOST] }
}

/// Every row; `elsewhere` is where redirects lead.
pub(crate) fn all(elsewhere: &str) -> Vec<Row> {
    [time(), ends(), sizes(), chunks(), lengths(), status_lines(), heads(), informational(), bodyless(), turns()]
        .into_iter()
        .flatten()
        .chain(redirects(elsewhere))
        .collect()
}

fn time() -> Vec<Row> {
    let tokens = &*tokens();
    let head = |headers: &str| format!("HTTP/1.1 200 OK\r\n{headers}");
    let forever = |head: String| Does::Drips(format!("{head}{}", "x".repeat(1 << 20)).into_bytes(), 20);
    vec![
        by_time("no answer at all", Does::Stalls(Vec::new())),
        by_time("half a head, then nothing", Does::Stalls(head("content-le").into())),
        by_time("a head, then nothing", Does::Stalls(head("content-length: 80\r\n\r\n").into())),
        by_time("half a body, then nothing", Does::Stalls(ok("", tokens)[..60].to_vec())),
        by_time("a head without an end, byte by byte", forever(head("x: "))),
        by_time("a body without an end, byte by byte", forever(head("content-length: 60000\r\n\r\n"))),
        by_time("chunks without an end, byte by byte", forever(head("transfer-encoding: chunked\r\n\r\nffff\r\n"))),
        by_time("an answer after the time limit", Does::IsLate(ok("", tokens))),
        by_time("100 without an end", Does::Repeats(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), 5)),
        by_time("103 without an end", Does::Repeats(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".to_vec(), 5)),
        row("a whole answer, byte by byte", Does::Drips(ok("", tokens), 1), &[End::Granted]),
        row("whole chunks, byte by byte", Does::Drips(chunked(&whole_chunks()), 1), &[End::Granted]),
    ]
}

/// The good body in chunks of one byte.
fn whole_chunks() -> String {
    tokens().chars().map(|char| format!("1\r\n{char}\r\n")).chain(["0\r\n\r\n".to_owned()]).collect()
}

fn ends() -> Vec<Row> {
    let tokens = &*tokens();
    let cut = |bytes: Vec<u8>, at: usize| bytes[..at].to_vec();
    vec![
        row("closed before anything is read", Does::HangsUp, &[End::NotSent, LOST]),
        says("closed without an answer", Vec::new(), &[LOST]),
        says("closed in the status line", b"HTTP/1.1 20".to_vec(), &[LOST]),
        says("closed after the status line", b"HTTP/1.1 200 OK\r\n".to_vec(), &[LOST]),
        says("closed in a header", b"HTTP/1.1 200 OK\r\nx-y".to_vec(), &[LOST]),
        says("closed after the head", cut(ok("", tokens), ok("", tokens).len() - tokens.len()), &[LOST]),
        says("closed in the body", cut(ok("", tokens), ok("", tokens).len() - 9), &[LOST]),
        says("closed one byte before the end", cut(ok("", tokens), ok("", tokens).len() - 1), &[LOST]),
        says("closed in a chunk's size", chunked("5"), &[LOST]),
        says("closed in a chunk", chunked("50\r\n{\"access_token\""), &[LOST]),
        says("closed before the last chunk", chunked(&format!("{:x}\r\n{tokens}\r\n", tokens.len())), &[LOST]),
        says("closed in the last chunk", chunked(&format!("{:x}\r\n{tokens}\r\n0\r\n", tokens.len())), &[LOST]),
        says("closed by which the body ends", with("x: y"), &[End::Granted]),
        says("closed by which half a body ends", cut(with("x: y"), 60), &[UNCLEAR]),
    ]
}

fn sizes() -> Vec<Row> {
    let tokens = &*tokens();
    let x = "x".repeat(16 * 1024).into_bytes();
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(16 * 1024)).into_bytes();
    let many = 50_000_000 / x.len();
    let of_length = |length: &str| format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes();
    vec![
        row("50 MB", Does::Floods(of_length("50000000"), x.clone(), many), &[LOST]),
        row(
            "50 MB that end with the connection",
            Does::Floods(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), x.clone(), many),
            &[LOST],
        ),
        row("chunks without an end", Does::Floods(chunked(""), chunk, usize::MAX), &[LOST]),
        row(
            "chunks of one byte without an end",
            Does::Floods(chunked(""), b"1\r\nx\r\n".repeat(999), usize::MAX),
            &[LOST],
        ),
        row("a refusal of 50 MB", Does::Floods(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), x, many), &[LOST]),
        says("an exabyte, by its length alone", with("content-length: 1000000000000000000"), &[LOST]),
        says("64 KiB", ok("", &padded(64 * 1024)), &[End::Granted]),
        says("a byte more than 64 KiB", ok("", &padded(64 * 1024 + 1)), &[LOST]),
        // Inflated, the small one would be a token, the bomb too large.
        says("gzip that nobody asked for", gzipped(1), &[UNCLEAR]),
        says("9 MB in 60 KB of gzip", gzipped(36_000), &[UNCLEAR]),
        says("no gzip, though it says so", ok("content-encoding: gzip\r\n", tokens), &[End::Granted]),
    ]
}

fn chunks() -> Vec<Row> {
    let tokens = &*tokens();
    let size = tokens.len();
    let body = |size: &str| chunked(&format!("{size}\r\n{tokens}\r\n0\r\n\r\n"));
    vec![
        says("a chunk of a negative size", body("-50"), &[LOST]),
        says("a chunk without a size", body(""), &[LOST]),
        says("a chunk's size with 0x", body(&format!("0x{size:x}")), &[LOST]),
        says("a chunk's size with a plus", body(&format!("+{size:x}")), &[LOST]),
        says("a chunk's size beyond 64 bits", body("10000000000000050"), &[LOST]),
        says("a chunk's size of 64 bits", body("ffffffffffffffff"), &[LOST]),
        says("a chunk longer than its size", body(&format!("{:x}", size - 4)), &[LOST]),
        says("a chunk's size with leading zeros", body(&format!("000{size:x}")), &[End::Granted]),
        says("a chunk with an extension", body(&format!("{size:x};a=b;c=\"d\"")), &[End::Granted]),
        says("a chunk's extension of 1 MB", body(&format!("{size:x};{}", "a".repeat(1 << 20))), &[LOST]),
        says("a chunk's extension with a line feed", body(&format!("{size:x};a\nb")), &[LOST]),
        says("trailers", chunked(&format!("{size:x}\r\n{tokens}\r\n0\r\nx-y: z\r\n\r\n")), &[End::Granted]),
        row(
            "trailers without an end",
            Does::Floods(chunked(&format!("{size:x}\r\n{tokens}\r\n0\r\n")), b"x-y: z\r\n".repeat(999), usize::MAX),
            &[LOST],
        ),
    ]
}

fn lengths() -> Vec<Row> {
    let tokens = &*tokens();
    let n = tokens.len();
    let length = |value: &str| with(&format!("content-length: {value}"));
    let both = |one: usize, other: usize| with(&format!("content-length: {one}\r\ncontent-length: {other}"));
    vec![
        says("a negative length", length("-1"), &[LOST]),
        says("a length with a plus", length(&format!("+{n}")), &[LOST]),
        says("an empty length", length(""), &[LOST]),
        says("a length that is no number", length("many"), &[LOST]),
        says("a length beyond 64 bits", length("18446744073709551617"), &[LOST]),
        says("the same length twice", both(n, n), &[End::Granted]),
        says("two lengths", both(n, n + 1), &[LOST]),
        says("two lengths, the longer first", both(n + 1, n), &[LOST]),
        says("two lengths in one header", length(&format!("{n}, {}", n + 1)), &[LOST]),
        says("a length shorter than the body", length(&format!("{}", n - 1)), &[UNCLEAR]),
        says("a length of nothing", length("0"), &[UNCLEAR]),
        says("a length longer than the body", length(&format!("{}", n + 1)), &[LOST]),
        says("an unknown transfer coding", with("transfer-encoding: mystery"), &[End::Granted]),
    ]
}

fn status_lines() -> Vec<Row> {
    let tokens = &*tokens();
    let line = |line: &str| under(&format!("{line}\r\ncontent-length: {}", tokens.len()));
    vec![
        says("HTTP/1.0", line("HTTP/1.0 200 OK"), &[End::Granted]),
        says("HTTP/0.9", tokens.into(), &[LOST]),
        says("HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &[LOST]),
        says("HTTP/9.9", line("HTTP/9.9 200 OK"), &[LOST]),
        says("another protocol", b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(), &[LOST]),
        says("a TLS alert", b"\x15\x03\x01\x00\x02\x02\x16".to_vec(), &[LOST]),
        says("NUL bytes", vec![0; 4096], &[LOST]),
        says("a status of two digits", line("HTTP/1.1 20 OK"), &[LOST]),
        says("a status of four digits", line("HTTP/1.1 2000 OK"), &[LOST]),
        says("a negative status", line("HTTP/1.1 -20 OK"), &[LOST]),
        says("a status that is no number", line("HTTP/1.1 abc OK"), &[LOST]),
        says("no status", line("HTTP/1.1"), &[LOST]),
        says("a status of 0", line("HTTP/1.1 000 OK"), &[LOST]),
        says("a status of 999", line("HTTP/1.1 999 OK"), &[UNWELL]),
        says("no reason", line("HTTP/1.1 200"), &[End::Granted]),
        says("an escape sequence for a reason", line("HTTP/1.1 200 \u{1b}[31m"), &[LOST]),
        says("junk before the status line", line("junk\r\nHTTP/1.1 200 OK"), &[LOST]),
        says(
            "a status line without an end",
            b"HTTP/1.1 200 ".iter().chain(&[b'x'; 1 << 20]).copied().collect(),
            &[LOST],
        ),
    ]
}

fn heads() -> Vec<Row> {
    let tokens = &*tokens();
    let good = format!("content-length: {}", tokens.len());
    let header = |header: &str| with(&format!("{header}\r\n{good}"));
    let header_bytes = |header: &[u8]| {
        let good = with(&good);
        let (line, rest) = good.split_at(b"HTTP/1.1 200 OK\r\n".len());
        [line, header, b"\r\n", rest].concat()
    };
    vec![
        says("10 000 headers", header(&"x: y\r\n".repeat(10_000)[..59_998]), &[LOST]),
        says("a header of 1 MB", header(&format!("x: {}", "y".repeat(1 << 20))), &[LOST]),
        says("a header's name of 1 MB", header(&format!("{}: y", "x".repeat(1 << 20))), &[LOST]),
        row(
            "headers without an end",
            Does::Floods(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: y\r\n".repeat(999), usize::MAX),
            &[LOST],
        ),
        says("a header without a colon", header("no colon here"), &[LOST]),
        says("a header without a name", header(": y"), &[LOST]),
        says("a space in a header's name", header("x y: z"), &[LOST]),
        says("a folded header", header("x: y\r\n z"), &[LOST]),
        says("a NUL in a header", header("x: y\0z"), &[LOST]),
        says("bytes of no encoding in a header", header_bytes(b"x: \xff\xfe"), &[End::Granted]),
        says("bytes of no encoding in Retry-After", header_bytes(b"retry-after: \xff"), &[End::Granted]),
        says("cookies", header("set-cookie: a=b\r\nset-cookie: c=d"), &[End::Granted]),
    ]
}

fn informational() -> Vec<Row> {
    let tokens = &*tokens();
    let after = |first: &str, times: usize| [first.repeat(times).into_bytes(), ok("", tokens)].concat();
    vec![
        says("100 before the answer", after("HTTP/1.1 100 Continue\r\n\r\n", 1), &[End::Granted]),
        says("103 before the answer", after("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", 1), &[End::Granted]),
        says("1000 times 100 before the answer", after("HTTP/1.1 100 Continue\r\n\r\n", 1000), &[End::Granted]),
        says(
            "1000 times 103 before the answer",
            after("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", 1000),
            &[End::Granted],
        ),
        says("100 in place of the answer", b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), &[LOST]),
        says(
            "101",
            after("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", 1),
            &[UNWELL],
        ),
    ]
}

fn redirects(elsewhere: &str) -> Vec<Row> {
    let tokens = &*tokens();
    let to = |status: &str| answer(status, &format!("location: {elsewhere}\r\n"), "");
    vec![
        says("301 to another host", to("301 Moved Permanently"), &[REDIRECTS]),
        says("302 to another host", to("302 Found"), &[REDIRECTS]),
        says("303 to another host", to("303 See Other"), REDIRECTED),
        says("307 to another host", to("307 Temporary Redirect"), &[REDIRECTS]),
        says("308 to another host", to("308 Permanent Redirect"), &[REDIRECTS]),
        says("307 without a place", answer("307 Temporary Redirect", "", ""), &[REDIRECTS]),
        says("307 to a place that is none", answer("307 x", "location: http://[\r\n", ""), &[REDIRECTS]),
        says("307 with a token in it", answer("307 x", &format!("location: {elsewhere}\r\n"), tokens), &[REDIRECTS]),
        says("a refresh in a header", ok(&format!("refresh: 0; url={elsewhere}\r\n"), tokens), &[End::Granted]),
    ]
}

fn bodyless() -> Vec<Row> {
    let tokens = &*tokens();
    vec![
        says("204", b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(), &[UNCLEAR]),
        says("204 with a body", answer("204 No Content", "", tokens), &[UNCLEAR]),
        says("205", answer("205 Reset Content", "", ""), &[UNCLEAR]),
        says("304", b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(), REDIRECTED),
    ]
}

fn turns() -> Vec<Row> {
    let tokens = &*tokens();
    let too_large = || answer("413 Content Too Large", "connection: close\r\n", "");
    vec![
        row(
            "an answer before anything is asked",
            Does::Volunteers(ok("", tokens)),
            &[End::NotSent, LOST, End::Granted],
        ),
        row(
            "a refusal before anything is asked",
            Does::Volunteers(too_large()),
            &[End::NotSent, LOST, End::Untouched("answer_unclear")],
        ),
        row("an answer to half a request", Does::Interrupts(ok("", tokens)), &[End::Granted]),
        row("a refusal of half a request", Does::Interrupts(too_large()), &[End::Untouched("answer_unclear")]),
        row("a refusal of an unread body", Does::TurnsAway(too_large()), &[End::Untouched("answer_unclear"), LOST]),
        says("a second answer behind the first", [ok("", tokens), ok("", OTHER_TOKENS)].concat(), &[End::Granted]),
        says("a second answer that refuses", [ok("", tokens), too_large()].concat(), &[End::Granted]),
        says("a time-out of somebody on the way", answer("408 Request Timeout", "", ""), &[UNWELL]),
    ]
}
