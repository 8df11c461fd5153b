//! The table of token answers that are whole HTTP: what is in them, how `connect` ends.

/// One answer.
pub(crate) struct Answer {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) ends: (i32, &'static str),
}

pub(crate) const SECRET: &str = "hush+7f3a/%=&~";

/// The secret, as it is anywhere on the wire: as it is, escaped, in Base64, as Basic has it.
pub(crate) const FORMS: [&str; 6] = [
    SECRET,
    "hush%2B7f3a%2F%25%3D%26",
    "hush%2b7f3a%2f%25%3d%26",
    "aHVzaCs3ZjNhLyU9Jn4",
    "Y2xpZW50LWlkOmh1c2grN2YzYS8lPSZ",
    "Y2xpZW50LWlkOmh1c2glMkI3ZjNhJTJGJTI1JTNEJTI2",
];

/// A token that nobody may see.
pub(crate) const TOKEN: &str = "canary-access";

/// How it ends if the account is connected.
pub(crate) const CONNECTED: (i32, &str) = (0, "is connected");
const MISCONFIGURED: (i32, &str) = (5, "[client_misconfigured");
const LIMITED: (i32, &str) = (4, "[rate_limited");
const UNWELL: (i32, &str) = (4, "[provider_unwell");
const UNCLEAR: (i32, &str) = (4, "[answer_unclear");
const ABSURD: (i32, &str) = (4, "[expires_in_absurd");

fn bytes(name: &'static str, head: &str, body: impl AsRef<[u8]>, ends: (i32, &'static str)) -> Answer {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    Answer { name, bytes, ends }
}

fn ok(name: &'static str, body: impl AsRef<[u8]>, ends: (i32, &'static str)) -> Answer {
    bytes(name, "200 OK\r\ncontent-type: application/json", body, ends)
}

fn bad(name: &'static str, body: impl AsRef<[u8]>, ends: (i32, &'static str)) -> Answer {
    bytes(name, "400 Bad Request\r\ncontent-type: application/json", body, ends)
}

/// A token, then these fields.
fn token(fields: &str) -> String {
    format!(r#"{{"access_token":"{TOKEN}"{}{fields}}}"#, if fields.is_empty() { "" } else { "," })
}

fn refusal(error: &str, description: &str) -> String {
    format!(r#"{{"error":"{error}","error_description":"{description}"}}"#)
}

/// Every answer.
pub(crate) fn all() -> Vec<Answer> {
    [refusals(), echoes(), shapes(), encodings(), fields(), numbers(), tokens()].into_iter().flatten().collect()
}

fn refusals() -> Vec<Answer> {
    vec![
        ok("success with invalid_client", refusal("invalid_client", "x"), MISCONFIGURED),
        ok("success with invalid_grant", refusal("invalid_grant", "x"), MISCONFIGURED),
        ok("success with server_error", refusal("server_error", "x"), UNWELL),
        ok("success with an unknown error", refusal("whatever", "x"), UNWELL),
        bad("invalid_client", refusal("invalid_client", "x"), MISCONFIGURED),
        bad("invalid_grant", refusal("invalid_grant", "x"), MISCONFIGURED),
        bad("slow_down", refusal("slow_down", "x"), LIMITED),
        bad("an unknown error", refusal("whatever", "x"), UNWELL),
        bad("no error", "{}", UNCLEAR),
        bad("a refusal with a token", token(r#""error":"invalid_client""#), MISCONFIGURED),
        bad("a refusal without end", r#"{"error":"invalid_client""#, UNCLEAR),
        bytes("a failure with a token", "500 x", token(""), UNWELL),
        bytes("a pause of 7 s", "429 x\r\nretry-after: 7", "", (4, "try again in 7 s")),
        bytes(
            "a pause of 10^30 s",
            "429 x\r\nretry-after: 1000000000000000000000000000000",
            "",
            (4, "try again in 30 s"),
        ),
        bytes("a pause of 10^15 s", "429 x\r\nretry-after: 1000000000000000", "", (4, "try again in 3600 s")),
        bytes("a negative pause", "429 x\r\nretry-after: -1", "", (4, "try again in 30 s")),
        bytes("a pause since 1970", "429 x\r\nretry-after: Thu, 01 Jan 1970 00:00:00 GMT", "", LIMITED),
        bytes("a pause in other words", "429 x\r\nretry-after: \u{9b}31m", "", (4, "try again in 30 s")),
    ]
}

fn echoes() -> Vec<Answer> {
    let all = FORMS.join(" ");
    let escape = r"\u001b[31m\u001b]0;owned\u0007\u009b2J\r\nmailgrant: done\u0000\u007f\u202e";
    let long = "long ".repeat(2_000);
    let envelope = |code: u32| {
        format!(
            r#"{{"code":{code},"message":"{escape} {all}","context":{{"authenticationType":"{all}","x":"{escape}"}}}}"#
        )
    };
    vec![
        bad("escapes in an unknown error", refusal(escape, escape), UNWELL),
        bad("escapes with invalid_client", refusal("invalid_client", escape), MISCONFIGURED),
        bad("raw escapes in an error", "{\"error\":\"\u{1b}[31m\"}", UNCLEAR),
        bad("raw line ends in an error", "{\"error\":\"a\r\nb\"}", UNCLEAR),
        bad("raw escapes with invalid_client", refusal("invalid_client", "\u{1b}[31m"), UNCLEAR),
        ok("escapes, with success", refusal(escape, escape), UNWELL),
        bad("the secret in an unknown error", refusal(&all, &all), UNWELL),
        bad("the secret with invalid_client", refusal("invalid_client", &all), MISCONFIGURED),
        ok("the secret, with success", format!("{{\"{all}\":\"{all}\"}}"), UNCLEAR),
        bad("a page with the secret", format!("<p>{all}</p>"), UNCLEAR),
        bytes("a failure with the secret", "500 x", &all, UNWELL),
        bytes("the secret in a header", &format!("401 x\r\nwww-authenticate: Basic realm=\"{all}\""), "", UNCLEAR),
        bytes("the secret for a reason", &format!("403 {all}"), "", UNCLEAR),
        bytes(
            "the secret in a redirect",
            &format!("302 x\r\nlocation: http://127.0.0.1:1/?{SECRET}"),
            "",
            (5, "[token_endpoint_redirects"),
        ),
        bad("a description of 10 000 characters", refusal("invalid_client", &long), MISCONFIGURED),
        bad("an error of 10 000 characters", refusal(&long, "x"), UNWELL),
        bad("an envelope with a known code", envelope(1017), MISCONFIGURED),
        bad("an envelope with an unknown code", envelope(77), UNWELL),
        ok("an envelope, with success", envelope(1015), LIMITED),
    ]
}

fn shapes() -> Vec<Answer> {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let lists = deep("[", "]");
    vec![
        ok("nothing", "", UNCLEAR),
        ok("white space", " \r\n\t ", UNCLEAR),
        ok("a page", "<!doctype html><title>Log in</title>", UNCLEAR),
        bad("a page of refusal", "<html>invalid_client</html>", UNCLEAR),
        bytes("401 without a word", "401 x", "", UNCLEAR),
        bytes("a page of failure", "502 x", "<html>", UNWELL),
        ok("null", "null", UNCLEAR),
        ok("a text", format!("\"{TOKEN}\""), UNCLEAR),
        ok("a list", format!("[\"{TOKEN}\",\"bearer\",60]"), UNCLEAR),
        ok("a form", format!("access_token={TOKEN}&expires_in=60"), UNCLEAR),
        ok("half an object", &token("")[..20], UNCLEAR),
        ok("two objects", token("").repeat(2), UNCLEAR),
        ok("a comma too many", token(r#""a":1,"#), UNCLEAR),
        ok("lists 10 000 deep", &lists, UNCLEAR),
        ok("objects 10 000 deep", deep("{\"a\":", "}"), UNCLEAR),
        bad("lists 10 000 deep in a refusal", format!(r#"{{"error":{lists}}}"#), UNCLEAR),
        bad(
            "lists 10 000 deep beside a refusal",
            format!(r#"{{"error":"invalid_client","a":{lists}}}"#),
            MISCONFIGURED,
        ),
        ok("lists 10 000 deep beside a token", token(&format!(r#""a":{lists}"#)), CONNECTED),
        ok("lists 10 000 deep for a life", token(&format!(r#""expires_in":{lists}"#)), ABSURD),
        ok("lists 10 000 deep for a token", format!(r#"{{"access_token":{lists}}}"#), UNCLEAR),
    ]
}

fn encodings() -> Vec<Answer> {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(token("").bytes().flat_map(|byte| [byte, 0])).collect();
    let beside = |junk: &[u8]| [br#"{"error":"invalid_client","a":""#, junk, br#""}"#].concat();
    let for_error = |junk: &[u8]| [br#"{"error":""#, junk, br#""}"#].concat();
    vec![
        ok("a byte order mark before a token", format!("\u{feff}{}", token("")), CONNECTED),
        bad("a byte order mark before a refusal", format!("\u{feff}{}", refusal("invalid_client", "x")), MISCONFIGURED),
        ok("two byte order marks", format!("\u{feff}\u{feff}{}", token("")), UNCLEAR),
        ok("UTF-16", utf16, UNCLEAR),
        bad("no UTF-8 beside a refusal", beside(b"\xff\xfe\xc0\x80"), MISCONFIGURED),
        bad("no UTF-8 for an error", for_error(b"\xff\x1b"), UNCLEAR),
        bad("half a surrogate", for_error(br"\ud800"), UNCLEAR),
        ok("no UTF-8 at all", [0x80, 0xff, 0x9b, 0xfe], UNCLEAR),
        ok("NUL bytes", [0; 1000], UNCLEAR),
        ok("a NUL before a token", format!("\0{}", token("")), UNCLEAR),
        ok("a NUL behind a token", format!("{}\0", token("")), UNCLEAR),
        ok("a NUL in a token", format!("{{\"access_token\":\"{TOKEN}\0\"}}"), UNCLEAR),
        bytes(
            "another encoding by its own word",
            "200 x\r\ncontent-type: text/html; charset=utf-16",
            token(""),
            CONNECTED,
        ),
    ]
}

fn fields() -> Vec<Answer> {
    let long = "s".repeat(10_000);
    vec![
        ok("the token twice", token(&format!(r#""access_token":"{TOKEN}""#)), UNCLEAR),
        ok("an unknown field twice", token(r#""a":1,"a":2"#), CONNECTED),
        bad("the error twice", r#"{"error":"invalid_client","error":"slow_down"}"#, UNCLEAR),
        ok("another type of token", token(r#""token_type":"mac""#), (4, "[token_type_unknown")),
        ok("escapes for a type", token(r#""token_type":"\u001b[31m""#), (4, "[token_type_unknown")),
        ok("a number for a type", token(r#""token_type":7"#), CONNECTED),
        ok("escapes for a scope", token(r#""scope":"\u001b[31m""#), CONNECTED),
        ok("a scope of 10 000 characters", token(&format!(r#""scope":"{long}""#)), CONNECTED),
        ok("a number for a scope", token(r#""scope":1e400"#), CONNECTED),
        ok("half a surrogate for a scope", token(r#""scope":"\ud800""#), CONNECTED),
        ok(
            "lists 200 deep for a scope",
            token(&format!(r#""scope":{}{}"#, "[".repeat(200), "]".repeat(200))),
            CONNECTED,
        ),
        ok(
            "no UTF-8 in an unknown field",
            [token(r#""a":""#).trim_end_matches('}').as_bytes(), b"\xff\"}"].concat(),
            CONNECTED,
        ),
        ok("a number for a refresh token", token(r#""refresh_token":7"#), CONNECTED),
        ok("a list for a scope", token(r#""scope":["a","b"]"#), CONNECTED),
        ok("a refresh token that is none", token(r#""refresh_token":"a\r\nb""#), (4, "[token_malformed")),
        ok("an error beside a token", token(r#""error":"invalid_client""#), CONNECTED),
    ]
}

fn numbers() -> Vec<Answer> {
    let life = |name, life: &str, ends| ok(name, token(&format!(r#""expires_in":{life}"#)), ends);
    vec![
        life("a life", "3600", CONNECTED),
        life("a life in a text", r#"" 3600 ""#, CONNECTED),
        life("a life with a fraction", "3600.5", CONNECTED),
        life("a life with an exponent", "36e2", CONNECTED),
        life("no life", "null", CONNECTED),
        life("a life of 0", "0", CONNECTED),
        life("a life of -0", "-0", CONNECTED),
        life("a life of 10^-400", "1e-400", CONNECTED),
        life("a negative life", "-1", ABSURD),
        life("a life of 10^30", "1e30", ABSURD),
        life("a life beyond 64 bits", "18446744073709551616", ABSURD),
        life("a life of 10^400 in a text", r#""1e400""#, ABSURD),
        life("a life of NaN in a text", r#""NaN""#, ABSURD),
        life("a life of escapes", r#""\u001b[31m""#, ABSURD),
        life("a life of yes", "true", ABSURD),
        life("a life of 10^400", "1e400", ABSURD),
        life("a life of -10^400", "-1e400", ABSURD),
        life("a life with 10^400 in it", r#"{"a":[1e400]}"#, ABSURD),
        life("a life of NaN", "NaN", UNCLEAR),
        life("a life of 0x10", "0x10", UNCLEAR),
        life("a life of 010", "010", UNCLEAR),
    ]
}

fn tokens() -> Vec<Answer> {
    let access = |name, token: &str, ends| ok(name, format!(r#"{{"access_token":{token}}}"#), ends);
    let malformed = (4, "[token_malformed");
    vec![
        access("no token", "null", UNCLEAR),
        access("a number for a token", "7", UNCLEAR),
        access("an empty token", r#""""#, malformed),
        access("a token with a line's end", r#""a\r\nx: y""#, malformed),
        access("a token with an escape", r#""\u001b[31m""#, malformed),
        access("a token with a NUL", r#""\u0000""#, malformed),
        access("a token with a space", r#""a b""#, CONNECTED),
        access("a token beyond ASCII", r#""tökén""#, malformed),
        access("a token of 60 000 characters", &format!("\"{}\"", "t".repeat(60_000)), CONNECTED),
    ]
}
