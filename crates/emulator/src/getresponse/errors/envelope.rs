//! GetResponse's own error object.

use hyper::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::ledger::hex40;
use crate::reply::{self, Reply};
use crate::settings::Settings;

pub(super) struct Envelope<'a> {
    status: StatusCode,
    code: u32,
    message: &'a str,
    context: Map<String, Value>,
}

impl<'a> Envelope<'a> {
    pub(super) fn new(status: StatusCode, code: u32, message: &'a str) -> Self {
        Self { status, code, message, context: Map::new() }
    }

    pub(super) fn context(mut self, context: Value) -> Self {
        if let Value::Object(context) = context {
            self.context = context;
        }
        self
    }

    pub(super) fn reply(self, settings: &Settings) -> Reply {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            http_status: u16,
            code: u32,
            code_description: &'a str,
            message: &'a str,
            more_info: String,
            context: Value,
            #[serde(skip_serializing_if = "Option::is_none")]
            uuid: Option<String>,
        }
        let context =
            if self.context.is_empty() && settings.context_as_list { json!([]) } else { Value::Object(self.context) };
        let body = Body {
            http_status: self.status.as_u16(),
            code: self.code,
            code_description: code_description(self.code),
            message: self.message,
            more_info: format!("https://apidocs.getresponse.com/en/v3/errors/{}", self.code),
            context,
            uuid: settings.uuid_present.then(uuid),
        };
        reply::json(self.status, &body)
    }
}

fn code_description(code: u32) -> &'static str {
    match code {
        1000 => "General error of validation process, more details should be in context section",
        1013 => "Resource was not found or does not exist",
        1014 => "Problem during authentication process, check headers!",
        1015 => "Your quota has been reached or a suspicious pattern was found",
        1021 => "Request headers are wrong, check authentication, X-Domain, Content-Type",
        1024 => "Domain from the X-Domain header was not found",
        _ => "Method not allowed",
    }
}

fn uuid() -> String {
    let hex = hex40();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32])
}
