//! Events as records of their own.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::{
    names,
    records::{from_json, to_json},
};
use crate::{
    AccountKey, Event, EventKind, StoreError, Version,
    rules::{Moment, Note},
    state::{attempt, micros, moment, unreadable},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventForm {
    at: u64,
    tenant: String,
    provider: String,
    account: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

pub(super) fn encode(key: &AccountKey, note: &Note, now: Moment) -> Result<Vec<u8>, StoreError> {
    to_json(&EventForm {
        at: micros(now),
        tenant: key.tenant().to_owned(),
        provider: key.provider().to_owned(),
        account: key.account().to_owned(),
        kind: note.kind.name().to_owned(),
        version: note.version.map(Version::get),
        attempt: note.attempt.map(|attempt| attempt.to_string()),
        cause: note.cause.clone(),
    })
}

pub(super) fn decode((name, value): (Vec<u8>, Vec<u8>)) -> Result<Event, StoreError> {
    let form: EventForm = from_json(&value)?;
    let version = |number| Version::from_stored(number).ok_or_else(|| unreadable("version"));
    Ok(Event {
        id: names::event_id(&name).ok_or_else(|| unreadable("id"))?,
        at: SystemTime::UNIX_EPOCH + moment(form.at),
        key: AccountKey::new(&form.tenant, &form.provider, &form.account).map_err(|_| unreadable("account"))?,
        kind: EventKind::named(&form.kind).ok_or_else(|| unreadable("kind"))?,
        version: form.version.map(version).transpose()?,
        attempt: form.attempt.as_deref().map(attempt).transpose()?,
        cause: form.cause,
    })
}
