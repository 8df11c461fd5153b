//! Too many requests, in the words of whichever gateway says so.

use hyper::StatusCode;
use serde_json::json;

use crate::reply::{self, Reply};
use crate::settings::Throttling;

const RETRY_AFTER: &str = "7";

pub(super) fn reply(throttling: Throttling) -> Reply {
    let (code, detail, heading) = match throttling {
        Throttling::OverQps => {
            ("ERR_403_DEVELOPER_OVER_QPS", "Account Over Queries Per Second Limit", "Developer Over Qps")
        }
        Throttling::OverRate => ("ERR_403_DEVELOPER_OVER_RATE", "Account Over Rate Limit", "Developer Over Rate"),
        Throttling::Json => {
            let body = json!({ "error": { "code": 429, "message": "Too many requests" } });
            let reply = reply::json(StatusCode::TOO_MANY_REQUESTS, &body);
            return reply::header(reply, "retry-after", RETRY_AFTER);
        }
    };
    let reply = reply::xml(StatusCode::FORBIDDEN, heading);
    let reply = reply::header(reply, "x-mashery-error-code", code);
    let reply = reply::header(reply, "x-error-detail-header", detail);
    if throttling == Throttling::OverQps { reply::header(reply, "retry-after", RETRY_AFTER) } else { reply }
}
