//! Every answer with tokens, with what it comes to: a life, a refresh token.

use super::{
    means::{
        DOUBT, LATER,
        Life::{self, For, Never, Unknown},
        Means::{self, Again, Issued, Open},
        Next::{First, Nothing, Second},
    },
    reply::Reply,
};

/// Fields beside an access token; then what an exchange, a refresh, obtaining, and generation 1's exchange make of it.
type Row = (&'static str, [Means; 4]);

const fn one(life: Life) -> Means {
    Issued { life, refresh: Nothing }
}

/// The refresh token before goes on.
const fn kept(life: Life) -> Means {
    Issued { life, refresh: First }
}

/// The same from everybody.
const fn lives(seconds: f64) -> [Means; 4] {
    [one(For(seconds)), kept(For(seconds)), one(For(seconds)), one(For(seconds))]
}

const fn pair(life: Life) -> Means {
    Issued { life, refresh: Second }
}

/// A life that nobody named: generation 1 documents that there is no end.
const UNNAMED: [Means; 4] = [one(Unknown), kept(Unknown), one(Unknown), one(Never)];
/// Of no life at all, which generation 1 takes for having no end.
const NOUGHT: [Means; 4] = [one(For(0.0)), kept(For(0.0)), one(For(0.0)), one(Never)];
/// A pair that is the only one there is is kept, whatever is said of its life; others are asked for again.
const ABSURD: [Means; 4] = [Again, kept(Unknown), LATER, Again];
/// A token that is no bearer's.
const FOREIGN: [Means; 4] = [Again, DOUBT, LATER, Again];
/// A token that fits into no header. Whether a code that bought it is worth another try is open.
const MALFORMED: [Means; 4] = [Open, DOUBT, LATER, Open];
/// No token that can be read.
const NONE: [Means; 4] = [LATER, DOUBT, LATER, LATER];

#[rustfmt::skip]
const BESIDE: &[Row] = &[
    // How long it lives.
    (r#""expires_in":3600"#, lives(3600.0)),
    (r#""expires_in":86400"#, lives(86400.0)),
    (r#""expires_in":1"#, lives(1.0)),
    (r#""expires_in":60.0"#, lives(60.0)),
    (r#""expires_in":60.5"#, lives(60.5)),
    (r#""expires_in":6e1"#, lives(60.0)),
    (r#""expires_in":"60""#, lives(60.0)),
    (r#""expires_in":" 60 ""#, lives(60.0)),
    (r#""expires_in":"60.5""#, lives(60.5)),
    (r#""expires_in" : 60 "#, lives(60.0)),
    (r#""expires_in":3153600000"#, lives(3_153_600_000.0)),
    (r#""token_type":"Bearer""#, UNNAMED),
    (r#""expires_in":null"#, UNNAMED),
    (r#""expires_in":"""#, UNNAMED),
    (r#""expires_in":" ""#, UNNAMED),
    (r#""expires_in":0"#, NOUGHT),
    (r#""expires_in":0.0"#, NOUGHT),
    (r#""expires_in":"0""#, NOUGHT),
    (r#""expires_in":-0"#, NOUGHT),
    (r#""expires_in":-1"#, ABSURD),
    (r#""expires_in":-3600.5"#, ABSURD),
    (r#""expires_in":"-1""#, ABSURD),
    (r#""expires_in":3153600001"#, ABSURD),
    (r#""expires_in":99999999999999"#, ABSURD),
    (r#""expires_in":18446744073709551615"#, ABSURD),
    (r#""expires_in":18446744073709551616"#, ABSURD),
    (r#""expires_in":1e30"#, ABSURD),
    (r#""expires_in":1e400"#, ABSURD),
    (r#""expires_in":-1e400"#, ABSURD),
    (r#""expires_in":"1e400""#, ABSURD),
    (r#""expires_in":"inf""#, ABSURD),
    (r#""expires_in":"NaN""#, ABSURD),
    (r#""expires_in":"soon-hush-hush""#, ABSURD),
    (r#""expires_in":"3600 seconds""#, ABSURD),
    (r#""expires_in":true"#, ABSURD),
    (r#""expires_in":[3600]"#, ABSURD),
    (r#""expires_in":{"seconds":3600}"#, ABSURD),

    // What is written in the place of a type.
    (r#""token_type":"bearer","expires_in":60"#, lives(60.0)),
    (r#""token_type":"BEARER","expires_in":60"#, lives(60.0)),
    (r#""token_type":"bEaReR","expires_in":60"#, lives(60.0)),
    (r#""token_type":null,"expires_in":60"#, lives(60.0)),
    (r#""token_type":"","expires_in":60"#, lives(60.0)),
    (r#""token_type":5,"expires_in":60"#, lives(60.0)),
    (r#""token_type":["Bearer"],"expires_in":60"#, lives(60.0)),
    (r#""token_type":"mac","expires_in":60"#, FOREIGN),
    (r#""token_type":"DPoP-hush-hush","expires_in":60"#, FOREIGN),
    (r#""token_type":"mac","refresh_token":"second-refresh-token""#, FOREIGN),

    // Which refresh token goes on.
    (r#""expires_in":60,"refresh_token":"second-refresh-token""#, [pair(For(60.0)); 4]),
    (r#""expires_in":60,"refresh_token":"first-refresh-token""#, [kept(For(60.0)); 4]),
    (r#""expires_in":60,"refresh_token":null"#, lives(60.0)),
    (r#""expires_in":60,"refresh_token":"""#, lives(60.0)),
    (r#""refresh_token":"second-refresh-token""#, [pair(Unknown), pair(Unknown), pair(Unknown), pair(Never)]),
    (r#""expires_in":0,"refresh_token":"second-refresh-token""#, [pair(For(0.0)), pair(For(0.0)), pair(For(0.0)), pair(Never)]),
    (r#""expires_in":-1,"refresh_token":"second-refresh-token""#, [Again, pair(Unknown), LATER, Again]),
    (r#""expires_in":1e400,"refresh_token":"second-refresh-token""#, [Again, pair(Unknown), LATER, Again]),

    // What nobody asked for is nobody's trouble.
    (r#""expires_in":60,"error":"invalid_grant""#, lives(60.0)),
    (r#""expires_in":60,"code":1014"#, lives(60.0)),
    (r#""expires_in":60,"extended":null,"state":[],"id_token":{"hush":"hush"}"#, lives(60.0)),
    (r#""expires_in":60,"more":1e400"#, lives(60.0)),
    (r#""expires_in":60,"more":"\ud800""#, lives(60.0)),
    (r#""expires_in":60,"more":1,"more":2"#, lives(60.0)),
    (r#""expires_in":60,"Access_Token":"hush-hush","refreshToken":"hush-hush""#, lives(60.0)),
    (r#""expires_in":60,"scope":5"#, lives(60.0)),
    (r#""expires_in":60,"scope":1e400,"token_type":-1e400"#, lives(60.0)),
    (r#""expires_in":60,"scope":"\ud800""#, lives(60.0)),
    (r#""expires_in":60,"user_id":{"user_id":1}"#, lives(60.0)),
    (r#""expires\u005fin":60"#, lives(60.0)),

    // Twice is not once: whose token would it be?
    (r#""access_token":"hush-hush""#, NONE),
    (r#""access_token":"second-access-token""#, NONE),
    (r#""refresh_token":"second-refresh-token","refresh_token":"hush-hush""#, NONE),
    (r#""expires_in":60,"expires_in":3600"#, NONE),
    (r#""scope":"hush-hush","scope":"read""#, NONE),
];

/// All of a body of status 200; then the same four.
#[rustfmt::skip]
const WHOLE: &[Row] = &[
    (r#"{"access_token":"second-access-token"}"#, UNNAMED),
    ("\u{feff}{\"access_token\":\"second-access-token\"}", UNNAMED),
    ("\r\n\t {\"access_token\":\"second-access-token\"}\r\n", UNNAMED),
    (r#"{"error":"invalid_grant","access_token":"second-access-token"}"#, UNNAMED),
    (r#"{"access\u005ftoken":"second\u002daccess-token"}"#, UNNAMED),
    (r#"{"access_token":null}"#, NONE),
    (r#"{"access_token":12345678}"#, NONE),
    (r#"{"access_token":["second-access-token"]}"#, NONE),
    (r#"{"access_token":""}"#, MALFORMED),
    (r#"{"access_token":"hush-hush\r\nX-Hush: hush-hush"}"#, MALFORMED),
    (r#"{"access_token":"hush-hush \u017c"}"#, MALFORMED),
    (r#"{"refresh_token":"second-refresh-token","expires_in":60}"#, NONE),
    (r#"{"data":{"access_token":"second-access-token"}}"#, NONE),
    (r#"{"access_token":"second-access-token"}<html>"#, NONE),
    (r#"{"access_token":"second-access-token"}{"access_token":"hush-hush"}"#, NONE),
    (r#"<html>{"access_token":"second-access-token"}"#, NONE),
    (r#"["second-access-token"]"#, NONE),
    (r#"["second-access-token",null,60,"second-refresh-token"]"#, NONE),
    (r#"[{"access_token":"second-access-token"}]"#, NONE),
    (r#""second-access-token""#, NONE),
    ("second-access-token", NONE),
    ("access_token=second-access-token&expires_in=60", NONE),
];

pub(crate) fn beside(fields: &str) -> String {
    format!(r#"{{"access_token":"second-access-token",{fields}}}"#)
}

/// Every row as a whole body.
pub(crate) fn rows() -> impl Iterator<Item = (String, [Means; 4])> {
    let whole = WHOLE.iter().map(|(body, means)| ((*body).to_owned(), *means));
    BESIDE.iter().map(|(fields, means)| (beside(fields), *means)).chain(whole)
}

/// Every body of this file.
pub(crate) fn replies() -> impl Iterator<Item = Reply> {
    rows().map(|(body, _)| Reply::ok(body))
}
