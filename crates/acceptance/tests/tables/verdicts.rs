//! Every answer of the API, with what it says about the token.

use std::time::Duration;

use mailgrant_core::Verdict::{self, Forbidden, Other, Throttled, TokenRejected};

use super::reply::{Headers, NO, Reply};

/// Its name, status, headers and body, then what it is at GetResponse, and at both generations of VerticalResponse.
pub(crate) type Row = (&'static str, u16, Headers, &'static [u8], [Verdict; 2]);

const fn pace(pause: u64) -> Verdict {
    Throttled(Some(Duration::from_secs(pause)))
}

const SOME: Verdict = Throttled(None);

const SEVEN: Headers = &[("retry-after", "7")];
const DATE: Headers = &[("date", "Sun, 22 Nov 2026 03:00:00 GMT"), ("retry-after", "Sun, 22 Nov 2026 03:00:40 GMT")];
const RESET: Headers =
    &[("X-RateLimit-Limit", "30000"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "267 seconds")];
const SEVEN_RESET: Headers = &[("X-RateLimit-Reset", "267 seconds"), ("Retry-After", "7")];
const QPS: Headers = &[("X-Mashery-Error-Code", "ERR_403_DEVELOPER_OVER_QPS")];
const QPS_NINE: Headers = &[("X-Mashery-Error-Code", "ERR_403_DEVELOPER_OVER_QPS"), ("Retry-After", "9")];
const RATE: Headers = &[("X-Mashery-Error-Code", "ERR_403_DEVELOPER_OVER_RATE")];
const INACTIVE: Headers = &[("X-Mashery-Error-Code", "ERR_403_DEVELOPER_INACTIVE")];
const REFUSED: Headers = &[("X-Mashery-Error-Code", "ERR_403_NOT_AUTHORIZED")];
const CHALLENGE: Headers = &[("www-authenticate", "Bearer error=\"invalid_token\"")];

/// The documented body.
pub(crate) const ENDED: &[u8] = br#"{"httpStatus":401,"code":1014,"codeDescription":"Problem during authentication process, check headers!","message":"The access token provided is expired","moreInfo":"https://apidocs.getresponse.com/v3/errors/1014","context":{"sentToken":"hush"}}"#;
const KEY: &[u8] = br#"{"httpStatus":401,"code":1014,"message":"Unable to authenticate request. Check credentials or authentication method details","moreInfo":"https://apidocs.getresponse.com/en/v3/errors/1014","context":[],"uuid":"u"}"#;
const QUOTA: &[u8] = br#"{"httpStatus":429,"code":1015,"moreInfo":"https://apidocs.getresponse.com/v3/errors#1015","context":{"currentLimit":80,"timeToReset":"100 seconds"}}"#;
const BLOCKED: &[u8] = br#"{"httpStatus":403,"code":1016,"context":[]}"#;
const EXPIRED: &[u8] = br#"{"url":"u","links":{},"error":{"code":403,"message":"invalid or expired token"}}"#;
const DOCUMENTED: &[u8] = br#"{"url":"u","links":{},"status":{"code":403,"message":"Invalid or expired token."}}"#;
const CLIENT: &[u8] = br#"{"error":"invalid_client"}"#;
const GRANT: &[u8] = br#"{"error":"invalid_grant"}"#;
const HTML: &[u8] = b"<h1>invalid or expired token, 1014</h1>";

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    // The standard's statuses, whoever answers.
    ("fine", 200, NO, b"{}", [Other; 2]),
    ("made", 201, NO, br#"{"url":"u","success":{"code":201}}"#, [Other; 2]),
    ("nothing to say", 204, NO, b"", [Other; 2]),
    ("elsewhere", 302, &[("location", "https://elsewhere.example/login")], HTML, [Other; 2]),
    ("a bad request", 400, NO, b"", [Other; 2]),
    ("unauthorized", 401, NO, b"", [TokenRejected; 2]),
    ("unauthorized, in HTML", 401, NO, HTML, [TokenRejected; 2]),
    ("unauthorized, in no UTF-8", 401, NO, b"\xff\xfe", [TokenRejected; 2]),
    ("unauthorized, by a challenge", 401, CHALLENGE, b"", [TokenRejected; 2]),
    ("forbidden", 403, NO, b"", [Forbidden; 2]),
    ("forbidden, in HTML", 403, NO, HTML, [Forbidden; 2]),
    ("forbidden, in no UTF-8", 403, NO, b"\xff\xfe", [Forbidden; 2]),
    ("forbidden, in an object", 403, NO, b"{}", [Forbidden; 2]),
    ("forbidden, in a list", 403, NO, br#"[1014,{"code":1014,"error":{"message":"invalid token"}}]"#, [Forbidden; 2]),
    ("forbidden, of a grant", 403, NO, GRANT, [Forbidden; 2]),
    ("forbidden, after seconds", 403, SEVEN, b"", [Forbidden; 2]),
    ("no such page", 404, NO, b"", [Other; 2]),
    ("no such page, in HTML", 404, NO, HTML, [Other; 2]),
    ("a conflict", 409, NO, b"{}", [Other; 2]),
    ("too many", 429, NO, b"", [SOME; 2]),
    ("too many, in seconds", 429, SEVEN, b"", [pace(7); 2]),
    ("too many, until a date", 429, DATE, b"", [pace(40); 2]),
    ("too many, until a date, by no clock", 429, &[("retry-after", "Sun, 22 Nov 2026 03:00:40 GMT")], b"", [SOME; 2]),
    ("too many, for an hour at most", 429, &[("retry-after", "99999999")], b"", [pace(3600); 2]),
    ("too many, who knows how long", 429, &[("retry-after", "soon")], b"", [SOME; 2]),
    ("too many, for nothing", 429, &[("retry-after", "0")], b"", [pace(0); 2]),
    ("too many, of a grant", 429, NO, GRANT, [SOME; 2]),
    ("broken", 500, NO, b"", [Other; 2]),
    ("broken, after seconds", 500, SEVEN, b"", [Other; 2]),
    ("a bad gateway", 502, NO, HTML, [Other; 2]),
    ("closed", 503, NO, b"", [Other; 2]),
    ("closed, in seconds", 503, SEVEN, b"", [pace(7); 2]),
    ("closed, until a date", 503, DATE, HTML, [pace(40); 2]),
    ("no such service, says a gateway", 596, NO, b"<h1>596 Service Not Found</h1>", [Other; 2]),

    // GetResponse's envelope, which is a number among others to VerticalResponse.
    ("a token that has ended", 401, NO, ENDED, [TokenRejected; 2]),
    ("a token that has ended, as the registry has it", 403, NO, ENDED, [TokenRejected, Forbidden]),
    ("a bad key", 401, NO, KEY, [TokenRejected; 2]),
    ("a bad key, as the registry has it", 403, NO, KEY, [TokenRejected, Forbidden]),
    ("1014 as a text", 403, NO, br#"{"code":"1014"}"#, [TokenRejected, Forbidden]),
    ("1014, nothing around", 403, NO, br#"{"code":1014}"#, [TokenRejected, Forbidden]),
    ("1014 further in", 403, NO, br#"{"error":{"code":1014}}"#, [Forbidden; 2]),
    ("1014 as a bad request", 400, NO, ENDED, [Other; 2]),
    ("1014 as no such page", 404, NO, ENDED, [Other; 2]),
    ("1014 as too many", 429, NO, ENDED, [SOME; 2]),
    ("1014 as success", 200, NO, ENDED, [Other; 2]),
    ("1014 as broken", 500, NO, ENDED, [Other; 2]),
    ("no permission", 403, NO, br#"{"httpStatus":403,"code":1023,"context":{}}"#, [Forbidden; 2]),
    ("quota", 429, NO, QUOTA, [pace(100), SOME]),
    ("quota, by the header", 429, SEVEN, QUOTA, [pace(7); 2]),
    ("quota, by the header's date", 429, DATE, QUOTA, [pace(40); 2]),
    ("quota, an empty list around", 429, NO, br#"{"code":1015,"context":[]}"#, [SOME; 2]),
    ("quota, for minutes", 429, NO, br#"{"code":1015,"context":{"timeToReset":"267 seconds"}}"#, [pace(267), SOME]),
    ("quota, for hours", 429, NO, br#"{"code":1015,"context":{"timeToReset":"7200 seconds"}}"#, [pace(3600), SOME]),
    ("quota, until a reset", 429, RESET, QUOTA, [pace(267), SOME]),
    ("quota, by the header, until a reset", 429, SEVEN_RESET, QUOTA, [pace(7); 2]),
    ("too many, until a reset", 429, RESET, b"", [pace(267), SOME]),
    ("fine, and a reset", 200, RESET, b"{}", [Other; 2]),
    ("forbidden, and a reset", 403, RESET, b"", [Forbidden; 2]),
    ("quota, as forbidden", 403, NO, QUOTA, [pace(100), Forbidden]),
    ("blocked for a while", 403, NO, BLOCKED, [pace(900), Forbidden]),
    ("blocked for a while, by the header", 403, SEVEN, BLOCKED, [pace(7), Forbidden]),
    ("blocked for good", 403, NO, br#"{"httpStatus":403,"code":1017}"#, [Other, Forbidden]),
    ("a blocked address", 403, NO, br#"{"httpStatus":403,"code":1018}"#, [Other, Forbidden]),
    ("maintenance", 503, NO, br#"{"httpStatus":503,"code":1019}"#, [Other; 2]),
    ("wrong headers", 400, NO, br#"{"httpStatus":400,"code":1021}"#, [Other; 2]),
    ("no such domain", 404, NO, br#"{"httpStatus":404,"code":1024}"#, [Other; 2]),
    ("not found", 404, NO, br#"{"httpStatus":404,"code":1013}"#, [Other; 2]),
    ("no such method", 400, NO, br#"{"httpStatus":400,"code":100002,"context":{"requestMethod":"PUT"}}"#, [Other; 2]),

    // VerticalResponse's nodes, which say nothing to GetResponse.
    ("a bad token", 403, NO, EXPIRED, [Forbidden, TokenRejected]),
    ("a bad token, as documented", 403, NO, DOCUMENTED, [Forbidden, TokenRejected]),
    ("a bad token, as unauthorized", 401, NO, EXPIRED, [TokenRejected; 2]),
    ("a bad token, coded in a text", 403, NO, br#"{"error":{"code":"403","message":"INVALID TOKEN"}}"#, [Forbidden, TokenRejected]),
    ("a bad token in a sentence", 403, NO, br#"{"error":{"message":"This is an invalid or expired token, sorry"}}"#, [Forbidden, TokenRejected]),
    ("an expired token", 403, NO, br#"{"error":{"message":"Expired token."}}"#, [Forbidden, TokenRejected]),
    ("a token of another type", 403, NO, br#"{"error":{"message":"Invalid token type for this resource"}}"#, [Forbidden; 2]),
    ("a token that is not expired", 403, NO, br#"{"error":{"message":"This non-expired token may not send"}}"#, [Forbidden; 2]),
    ("no permission, in words", 403, NO, br#"{"error":{"code":403,"message":"You may not do that"}}"#, [Forbidden; 2]),
    ("a message and no node", 403, NO, br#"{"message":"invalid or expired token"}"#, [Forbidden; 2]),
    ("an unknown id", 404, NO, br#"{"error":{"code":404,"message":"invalid or expired token"}}"#, [Other; 2]),
    ("a contact that is there", 409, NO, br#"{"url":"u","error":{"code":409,"message":"exists"}}"#, [Other; 2]),
    ("fields that fail", 400, NO, br#"{"error":{"code":400,"message":"invalid or expired token","failures":{}}}"#, [Other; 2]),
    ("a bad token, as success", 200, NO, EXPIRED, [Other; 2]),
    ("a bad token, as broken", 500, NO, EXPIRED, [Other; 2]),
    ("an app that is unknown", 401, NO, CLIENT, [TokenRejected, Other]),
    ("an app that is unknown, in words", 401, NO, br#"{"error":{"code":401,"message":"Invalid client"}}"#, [TokenRejected, Other]),

    // The gateway before VerticalResponse's first generation.
    ("over a second's quota", 403, QPS, b"<h1>Developer Over Qps</h1>", [Forbidden, SOME]),
    ("over a second's quota, in seconds", 403, QPS_NINE, b"", [Forbidden, pace(9)]),
    ("over a second's quota, about a token", 403, QPS, EXPIRED, [Forbidden, SOME]),
    ("over a second's quota, as unauthorized", 401, QPS_NINE, b"", [TokenRejected, pace(9)]),
    ("over a second's quota, as closed", 503, QPS_NINE, b"", [pace(9); 2]),
    ("over a second's quota, as too many", 429, QPS_NINE, b"", [pace(9); 2]),
    ("over a day's quota", 403, RATE, b"<h1>Developer Over Rate</h1>", [Forbidden, SOME]),
    ("a developer who is inactive", 401, INACTIVE, CLIENT, [TokenRejected, Other]),
    ("a developer who is inactive, as forbidden", 403, INACTIVE, b"<h1>Developer Inactive</h1>", [Forbidden, Other]),
    ("a developer who is unknown", 401, REFUSED, CLIENT, [TokenRejected, Other]),
    ("a token that is missing", 401, REFUSED, b"", [TokenRejected; 2]),
    ("a token of another type, says the gateway", 401, REFUSED, br#"{"error":"invalid_request"}"#, [TokenRejected; 2]),
    ("not authorized", 403, REFUSED, b"<h1>403 Not Authorized</h1>", [Forbidden; 2]),
];

/// Every body of this file.
pub(crate) fn replies() -> impl Iterator<Item = Reply> {
    ROWS.iter().map(|(_, status, headers, body, _)| Reply::new(*status, headers, *body))
}
