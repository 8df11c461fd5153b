//! GetResponse's envelope.

use super::{
    Row,
    verticalresponse::{GRANT, INACTIVE, QPS, REFUSED},
};
use crate::tables::{
    means::{
        DOUBT, LATER,
        Means::{Dead, Ours, Paced},
    },
    reply::{Headers, NO},
    verdicts::ENDED,
};

const SEVEN: Headers = &[("retry-after", "7")];
const RESET: Headers =
    &[("X-RateLimit-Limit", "30000"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "267 seconds")];
const SEVEN_RESET: Headers = &[("X-RateLimit-Reset", "267 seconds"), ("Retry-After", "7")];
const SOON: Headers = &[("X-RateLimit-Reset", "hush-hush")];
const BEFORE: Headers = &[("X-RateLimit-Reset", "-5 seconds")];
const NO_UNIT: Headers = &[("X-RateLimit-Reset", "267")];
const HOURS: Headers = &[("X-RateLimit-Reset", "7200 seconds")];

/// An envelope of this code, with these fields besides.
macro_rules! of {
    ($code:literal $(, $more:literal)*) => {
        concat!(
            r#"{"httpStatus":400,"codeDescription":"Hush-hush, check headers!","uuid":"hush-0001","code":"#,
            $code $(, ",", $more)*, "}"
        )
        .as_bytes()
    };
}

/// The envelope of a token that has ended.
macro_rules! ended {
    ($($more:literal),*) => { of!(1014, r#""message":"The access token provided is expired""# $(, $more)*) };
}

/// The envelope of a wrong secret.
macro_rules! secret {
    ($($more:literal),*) => {
        of!(1014, r#""message":"Unable to authenticate request. Check credentials or authentication method details""# $(, $more)*)
    };
}

/// What an exchange, a refresh and obtaining make of it.
#[rustfmt::skip]
pub(crate) const ROWS: &[Row<3>] = &[
    // 1014 is about the code or the refresh token, unless there is none, or it says that it is about the app.
    ("ended", 401, NO, ended!(r#""context":{"sentToken":"hush-hush"}"#), [Dead, Dead, Ours]),
    ("ended, as forbidden", 403, NO, ended!(r#""context":{"sentToken":"hush-hush"}"#), [Dead, Dead, Ours]),
    ("ended, as bad request", 400, NO, ended!(r#""context":{"sentToken":"hush-hush"}"#), [Dead, Dead, Ours]),
    ("ended, as success", 200, NO, ended!(r#""context":{"sentToken":"hush-hush"}"#), [Dead, Dead, Ours]),
    ("ended, an empty list around", 401, NO, ended!(r#""context":[]"#), [Dead, Dead, Ours]),
    ("ended, a list around", 401, NO, ended!(r#""context":["hush-hush",{"sentToken":"hush-hush"}]"#), [Dead, Dead, Ours]),
    ("ended, an empty object around", 401, NO, ended!(r#""context":{}"#), [Dead, Dead, Ours]),
    ("ended, nothing around", 401, NO, ended!(), [Dead, Dead, Ours]),
    ("ended, null around", 401, NO, ended!(r#""context":null"#), [Dead, Dead, Ours]),
    ("ended, a text around", 401, NO, ended!(r#""context":"hush-hush""#), [Dead, Dead, Ours]),
    ("1014, no number of ours around", 401, NO, of!(1014, r#""context":{"hush":1e400}"#), [Dead, Dead, Ours]),
    ("ended, see a page", 401, NO, ended!(r#""moreInfo":"https://apidocs.getresponse.com/v3/errors/1014""#), [Dead, Dead, Ours]),
    ("ended, see a page in English", 401, NO, ended!(r#""moreInfo":"https://apidocs.getresponse.com/en/v3/errors/1014""#), [Dead, Dead, Ours]),
    ("ended, see a place in a page", 401, NO, ended!(r#""moreInfo":"https://apidocs.getresponse.com/v3/errors#1014""#), [Dead, Dead, Ours]),
    ("ended, see nothing", 401, NO, ended!(r#""moreInfo":"""#), [Dead, Dead, Ours]),
    ("ended, see null", 401, NO, ended!(r#""moreInfo":null"#), [Dead, Dead, Ours]),
    ("ended, as the API says it", 401, NO, ENDED, [Dead, Dead, Ours]),
    ("1014 alone", 401, NO, br#"{"code":1014}"#, [Dead, Dead, Ours]),
    ("1014 alone, as a text", 401, NO, br#"{"code":"1014"}"#, [Dead, Dead, Ours]),
    ("1014 in few words", 401, NO, br#"{"code":1014,"message":"hush-hush","context":[]}"#, [Dead, Dead, Ours]),
    ("1014 beside a token", 401, NO, br#"{"access_token":"second-access-token","expires_in":60,"code":1014}"#, [Dead, Dead, Ours]),
    ("1014 and no word", 401, NO, of!(1014), [Dead, Dead, Ours]),
    ("1014 as a text", 401, NO, of!(r#""1014""#), [Dead, Dead, Ours]),
    ("1014 and null", 401, NO, of!(1014, r#""message":null"#), [Dead, Dead, Ours]),
    ("1014 and a list", 401, NO, of!(1014, r#""message":["Unable to authenticate request"]"#), [Dead, Dead, Ours]),
    ("1014 in other words", 401, NO, of!(1014, r#""message":"Hush-hush""#), [Dead, Dead, Ours]),
    ("1014 after a byte order mark", 401, NO, b"\xef\xbb\xbf{\"code\":1014}", [Dead, Dead, Ours]),
    ("a wrong secret", 401, NO, secret!(r#""context":{"authenticationType":"auth_token"}"#), [Ours; 3]),
    ("a wrong secret, an empty list around", 401, NO, secret!(r#""context":[]"#), [Ours; 3]),
    ("a wrong secret, nothing around", 401, NO, secret!(), [Ours; 3]),
    ("a wrong secret, as forbidden", 403, NO, secret!(), [Ours; 3]),
    ("a wrong secret, as success", 200, NO, secret!(), [Ours; 3]),
    ("a wrong secret, in capitals", 401, NO, of!(1014, r#""message":" UNABLE TO AUTHENTICATE REQUEST""#), [Ours; 3]),
    ("a wrong method", 401, NO, of!(1014, r#""message":"Unsupported authentication method""#), [Ours; 3]),
    ("1014 in pieces", 401, NO, of!(1014.5), [LATER; 3]),
    ("1014 in a list", 401, NO, of!("[1014]"), [LATER; 3]),
    ("1014 twice", 401, NO, of!(1014, r#""code":1014"#), [LATER; 3]),
    ("1014 further in", 401, NO, br#"{"error":{"code":1014}}"#, [LATER; 3]),
    ("1014 at the top of a list", 401, NO, b"[1014]", [LATER; 3]),
    ("1014 and nothing more", 401, NO, b"1014", [LATER; 3]),
    ("1014 elsewhere", 401, NO, of!(1013, r#""errorCode":1014"#), [LATER; 3]),
    ("1014 with a nought", 401, NO, of!(10140), [LATER; 3]),
    ("less than nothing", 401, NO, of!("-1014"), [LATER; 3]),
    ("no code", 401, NO, br#"{"httpStatus":401,"message":"The access token provided is expired"}"#, [LATER; 3]),
    ("null for a code", 401, NO, of!("null"), [LATER; 3]),
    ("another shape within", 400, NO, br#"{"error":{"code":401,"message":"invalid or expired token"}}"#, [LATER; 3]),
    ("ended, but too many", 429, NO, ended!(r#""context":[]"#), [Paced(30); 3]),
    ("ended, but broken", 500, NO, ended!(r#""context":[]"#), [LATER, DOUBT, LATER]),
    ("ended, but closed", 503, NO, of!(1014), [LATER, DOUBT, LATER]),
    // Another provider's gateway has no say.
    ("a dead grant, over a quota", 400, QPS, GRANT, [Dead, Dead, Ours]),
    ("a dead grant, a developer who is inactive", 400, INACTIVE, GRANT, [Dead, Dead, Ours]),
    ("a dead grant, a developer who is unknown", 400, REFUSED, GRANT, [Dead, Dead, Ours]),
    ("forbidden, over a quota", 403, QPS, b"<h1>Developer Over Qps</h1>", [LATER; 3]),

    // Pace: the standard's header, then the one of the rate, then the body.
    ("too many, until a reset", 429, RESET, b"", [Paced(267); 3]),
    ("too many, until a reset, in HTML", 429, RESET, b"<h1>hush-hush</h1>", [Paced(267); 3]),
    ("too many, until a reset without a unit", 429, NO_UNIT, b"", [Paced(267); 3]),
    ("too many, until a reset in hours", 429, HOURS, b"", [Paced(3600); 3]),
    ("too many, until who knows", 429, SOON, b"", [Paced(30); 3]),
    ("too many, until a reset that has been", 429, BEFORE, b"", [Paced(30); 3]),
    ("too many, in seconds, until a reset", 429, SEVEN_RESET, b"", [Paced(7); 3]),
    ("quota, until a reset", 429, RESET, of!(1015, r#""context":{"timeToReset":"100 seconds"}"#), [Paced(267); 3]),
    ("quota, by the header, until a reset", 429, SEVEN_RESET, of!(1015, r#""context":{"timeToReset":"100 seconds"}"#), [Paced(7); 3]),
    ("quota, until who knows", 429, SOON, of!(1015, r#""context":{"timeToReset":"100 seconds"}"#), [Paced(100); 3]),
    ("quota, until a reset, as forbidden", 403, RESET, of!(1015), [Paced(267); 3]),
    ("blocked until a reset", 403, RESET, of!(1016), [Paced(267); 3]),
    ("ended, and a reset", 401, RESET, ended!(r#""context":[]"#), [Dead, Dead, Ours]),
    ("a wrong secret, and a reset", 401, RESET, secret!(), [Ours; 3]),
    ("forbidden, and a reset", 403, RESET, b"", [LATER; 3]),
    ("closed, and a reset", 503, RESET, of!(1019), [LATER, DOUBT, LATER]),
    ("quota", 429, NO, of!(1015, r#""context":{"currentLimit":80,"timeToReset":"100 seconds"}"#), [Paced(100); 3]),
    ("quota, for minutes", 429, NO, of!(1015, r#""context":{"currentLimit":"30000","timeToReset":"267 seconds"}"#), [Paced(267); 3]),
    ("quota, for a second", 429, NO, of!(1015, r#""context":{"timeToReset":"1 seconds"}"#), [Paced(1); 3]),
    ("quota, for hours", 429, NO, of!(1015, r#""context":{"timeToReset":"7200 seconds"}"#), [Paced(3600); 3]),
    ("quota, without a unit", 429, NO, of!(1015, r#""context":{"timeToReset":"100"}"#), [Paced(100); 3]),
    ("quota, who knows how long", 429, NO, of!(1015, r#""context":{"timeToReset":"hush-hush"}"#), [Paced(30); 3]),
    ("quota, for less than nothing", 429, NO, of!(1015, r#""context":{"timeToReset":"-5 seconds"}"#), [Paced(30); 3]),
    ("quota, an empty list around", 429, NO, of!(1015, r#""context":[]"#), [Paced(30); 3]),
    ("quota, nothing around", 429, NO, of!(1015), [Paced(30); 3]),
    ("quota, by the header", 429, SEVEN, of!(1015, r#""context":{"timeToReset":"100 seconds"}"#), [Paced(7); 3]),
    ("quota, as forbidden", 403, NO, of!(1015, r#""context":{"timeToReset":"100 seconds"}"#), [Paced(100); 3]),
    ("quota, as success", 200, NO, of!(1015, r#""context":{"timeToReset":"100 seconds"}"#), [Paced(100); 3]),
    ("blocked for a while", 403, NO, of!(1016), [Paced(900); 3]),
    ("blocked for a while, by the header", 403, SEVEN, of!(1016), [Paced(7); 3]),
    ("blocked for a while that it names", 403, NO, of!(1016, r#""context":{"timeToReset":"60 seconds"}"#), [Paced(60); 3]),
    ("blocked for a while, as too many", 429, NO, of!(1016), [Paced(900); 3]),

    // The app, its address or its account.
    ("blocked for good", 403, NO, of!(1017), [Ours; 3]),
    ("a blocked address", 403, NO, of!(1018), [Ours; 3]),
    ("wrong headers", 400, NO, of!(1021), [Ours; 3]),
    ("no permission", 403, NO, of!(1023), [Ours; 3]),
    ("no such domain", 404, NO, of!(1024), [Ours; 3]),
    ("a bad request", 400, NO, of!(1000, r#""context":{"fieldName":"hush-hush"}"#), [Ours; 3]),

    // Nothing that could end a grant.
    ("not found", 404, NO, of!(1013), [LATER; 3]),
    ("no such method", 400, NO, of!(100002, r#""context":{"requestMethod":"hush-hush"}"#), [LATER; 3]),
    ("a conflict", 409, NO, of!(1008), [LATER; 3]),
    ("no code of the list", 400, NO, of!(1020), [LATER; 3]),
    ("nought", 400, NO, of!(0), [LATER; 3]),
    ("maintenance, as bad request", 400, NO, of!(1019), [LATER; 3]),
    ("maintenance", 503, NO, of!(1019), [LATER, DOUBT, LATER]),
    ("maintenance, as success", 200, NO, of!(1019), [LATER, DOUBT, LATER]),
    ("a failure within", 500, NO, of!(1), [LATER, DOUBT, LATER]),
    ("a failure within, as bad request", 400, NO, of!(1), [LATER, DOUBT, LATER]),
    ("a failure within, as success", 200, NO, of!(1), [LATER, DOUBT, LATER]),
];
