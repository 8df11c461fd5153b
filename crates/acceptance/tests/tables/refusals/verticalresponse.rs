//! VerticalResponse's gateway, flat words and nested nodes.

use super::Row;
use crate::tables::{
    means::{
        DOUBT, LATER,
        Means::{Dead, Later, Open, Ours, Paced, Uncertain},
    },
    reply::{Headers, NO},
};

pub(super) const QPS: Headers = &[("X-Mashery-Error-Code", "ERR_403_DEVELOPER_OVER_QPS")];
const QPS_NINE: Headers = &[("X-Mashery-Error-Code", "ERR_403_DEVELOPER_OVER_QPS"), ("Retry-After", "9")];
const QPS_DATE: Headers =
    &[("X-Mashery-Error-Code", "ERR_403_DEVELOPER_OVER_QPS"), ("Retry-After", "Thu, 01 Jan 2026 02:00:40 GMT")];
const RATE: Headers = &[("x-mashery-error-code", "err_403_developer_over_rate")];
pub(super) const INACTIVE: Headers = &[("X-Mashery-Error-Code", "ERR_403_DEVELOPER_INACTIVE")];
pub(super) const REFUSED: Headers = &[("X-Mashery-Error-Code", "ERR_403_NOT_AUTHORIZED")];

pub(super) const GRANT: &[u8] = br#"{"error":"invalid_grant","error_description":"hush-hush"}"#;
const REVOKED: &[u8] = br#"{"error":"access_revoked","error_description":"hush-hush"}"#;
const CLIENT: &[u8] = br#"{"error":"invalid_client"}"#;
const MISMATCH: &[u8] =
    br#"{"url":"https://hush-hush.example","links":{},"error":{"code":400,"message":"Invalid token result"}}"#;
const BAD_TOKEN: &[u8] =
    br#"{"url":"https://hush-hush.example","links":{},"error":{"code":403,"message":"Invalid or expired token"}}"#;
const SLOWLY: &[u8] = b"<h1>Developer Over Qps hush-hush</h1>";

/// What an exchange and a refresh make of it.
#[rustfmt::skip]
pub(crate) const ROWS: &[Row<2>] = &[
    // The two words that end a grant.
    ("revoked", 400, NO, REVOKED, [Dead; 2]),
    ("revoked, as unauthorized", 401, NO, REVOKED, [Dead; 2]),
    ("revoked, as forbidden", 403, NO, REVOKED, [Dead; 2]),
    ("revoked, as success", 200, NO, REVOKED, [Dead; 2]),
    ("a dead grant, and the gateway's word", 400, REFUSED, GRANT, [Dead; 2]),
    ("revoked, but too many", 429, NO, REVOKED, [Paced(30); 2]),
    ("revoked, but broken", 500, NO, REVOKED, [LATER, DOUBT]),

    // A token that is called bad: at the exchange it is about the redirect URI or the app, else about nobody's grant.
    ("an invalid token result", 400, NO, MISMATCH, [Ours, LATER]),
    ("an invalid token result, as unauthorized", 401, NO, MISMATCH, [Ours, LATER]),
    ("an invalid token result, as forbidden", 403, NO, MISMATCH, [Ours, LATER]),
    ("an invalid token result, as success", 200, NO, MISMATCH, [Ours, DOUBT]),
    ("an invalid token result, flat", 400, NO, br#"{"error":"invalid_token_result"}"#, [Ours, LATER]),
    ("an invalid token result, flat, in words", 400, NO, br#"{"error":"Invalid token result."}"#, [Ours, LATER]),
    ("an invalid token result, coded in a text", 401, NO, br#"{"error":{"code":"401","message":"Invalid token result"}}"#, [Ours, LATER]),
    ("an invalid token result, as documented", 400, NO, br#"{"url":"hush-hush","links":{},"status":{"code":400,"message":"Invalid token result"}}"#, [Ours, LATER]),
    ("a bad token", 403, NO, BAD_TOKEN, [Ours, LATER]),
    ("a bad token, as unauthorized", 401, NO, BAD_TOKEN, [Ours, LATER]),
    ("a bad token, as success", 200, NO, BAD_TOKEN, [Ours, DOUBT]),
    ("a bad token, flat", 401, NO, br#"{"error":"invalid_token"}"#, [Ours, LATER]),
    ("a bad token, as documented", 403, NO, br#"{"status":{"code":403,"message":"invalid token"}}"#, [Ours, LATER]),
    ("an expired token", 401, NO, br#"{"error":{"code":401,"message":"Expired token"}}"#, [Ours, LATER]),
    ("a bad token, but broken", 500, NO, BAD_TOKEN, [LATER, DOUBT]),
    ("a bad token in HTML", 403, NO, b"<h1>invalid or expired token</h1>", [LATER; 2]),
    ("a bad token in a list", 403, NO, br#"[{"error":{"message":"invalid or expired token"}}]"#, [LATER; 2]),

    // The shape of the API: never about a grant.
    ("no such route", 404, NO, br#"{"error":{"code":404,"message":"hush-hush"}}"#, [Ours, LATER]),
    ("no permission", 403, NO, br#"{"error":{"code":403,"message":"hush-hush"}}"#, [Ours, LATER]),
    ("not acceptable", 406, NO, br#"{"error":{"code":406,"message":"hush-hush"}}"#, [Ours, LATER]),
    ("fields that fail", 400, NO, br#"{"error":{"code":400,"message":"hush-hush","failures":{"code":["hush-hush"]}}}"#, [Ours, LATER]),
    ("no message", 400, NO, br#"{"error":{"code":400}}"#, [Ours, LATER]),
    ("a dead grant within", 400, NO, br#"{"error":{"code":400,"message":"invalid_grant"}}"#, [Open, LATER]),
    ("revoked within", 400, NO, br#"{"error":{"code":400,"message":"access_revoked"}}"#, [Open, LATER]),
    ("a failure within", 200, NO, br#"{"error":{"code":500,"message":"hush-hush"}}"#, [Open, DOUBT]),
    ("a list within", 400, NO, br#"{"error":["invalid_grant"]}"#, [LATER; 2]),
    ("a status alone", 400, NO, br#"{"status":"access_revoked"}"#, [LATER; 2]),
    ("revoked, in capitals", 400, NO, br#"{"error":"ACCESS_REVOKED"}"#, [LATER; 2]),
    ("revoked, in words", 400, NO, br#"{"error":"access revoked"}"#, [LATER; 2]),
    ("revoked twice", 400, NO, br#"{"error":"access_revoked","error":"access_revoked"}"#, [LATER; 2]),
    ("GetResponse's envelope", 401, NO, br#"{"code":1014,"message":"hush-hush","context":[]}"#, [LATER; 2]),

    // The gateway before generation 1 speaks before the body, and before the status but for 429 and 5xx.
    ("over a second's quota", 403, QPS, SLOWLY, [Paced(30); 2]),
    ("over a second's quota, in seconds", 403, QPS_NINE, SLOWLY, [Paced(9); 2]),
    ("over a second's quota, until a date", 403, QPS_DATE, SLOWLY, [Paced(40); 2]),
    ("over a second's quota, as unauthorized", 401, QPS_NINE, b"", [Paced(9); 2]),
    ("over a second's quota, as success", 200, QPS_NINE, SLOWLY, [Paced(9); 2]),
    ("over a second's quota, with a verdict", 400, QPS, GRANT, [Paced(30); 2]),
    ("over a second's quota, about a token", 403, QPS, BAD_TOKEN, [Paced(30); 2]),
    ("over a second's quota, as too many", 429, QPS_NINE, SLOWLY, [Paced(9); 2]),
    ("over a second's quota, as closed", 503, QPS_NINE, SLOWLY, [Later(Some(9)), Uncertain(Some(9))]),
    ("over a day's quota", 403, RATE, b"<h1>Developer Over Rate</h1>", [Paced(30); 2]),
    ("over a day's quota, revoked", 403, RATE, REVOKED, [Paced(30); 2]),
    ("a developer who is inactive", 401, INACTIVE, CLIENT, [Ours; 2]),
    ("a developer who is inactive, in HTML", 403, INACTIVE, b"<h1>Developer Inactive</h1>", [Ours; 2]),
    ("a developer who is inactive, with a verdict", 400, INACTIVE, GRANT, [Ours; 2]),
    ("a developer who is unknown", 401, REFUSED, CLIENT, [Ours; 2]),
    ("a developer who is missing", 400, REFUSED, br#"{"error":"invalid_request"}"#, [Ours; 2]),
    ("not authorized, without a word", 401, REFUSED, b"", [LATER; 2]),
    ("not authorized, in HTML", 403, REFUSED, b"<h1>403 Not Authorized</h1>", [LATER; 2]),
    ("another code of the gateway", 403, &[("X-Mashery-Error-Code", "ERR_403_HUSH")], b"", [LATER; 2]),
    ("no code of the gateway", 403, &[("X-Mashery-Error-Code", "")], b"", [LATER; 2]),
    ("no header but a text of the gateway", 403, NO, SLOWLY, [LATER; 2]),
];
