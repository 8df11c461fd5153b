//! Events as entries of a stream.

use std::{collections::BTreeMap, time::SystemTime};

use ::redis::Value;

use super::{
    RedisStore,
    wire::{Values, unavailable, unreadable},
};
use crate::{
    AccountKey, Event, EventKind, StoreError, Version,
    rules::Note,
    state::{attempt, moment},
};

/// The fields of an event but for its moment, which the script knows.
pub(super) fn fields(key: &AccountKey, note: &Note) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("tenant", key.tenant().to_owned()),
        ("provider", key.provider().to_owned()),
        ("account", key.account().to_owned()),
        ("kind", note.kind.name().to_owned()),
    ];
    fields.extend(note.version.map(|version| ("version", version.get().to_string())));
    fields.extend(note.attempt.map(|attempt| ("attempt", attempt.to_string())));
    fields.extend(note.cause.clone().map(|cause| ("cause", cause)));
    fields
}

impl RedisStore {
    pub(super) async fn read_events(&self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        let Some(first) = after.checked_add(1).filter(|_| limit > 0) else { return Ok(Vec::new()) };
        let mut command = ::redis::cmd("XRANGE");
        command.arg(&self.names.events).arg(first).arg("+").arg("COUNT").arg(i64::try_from(limit).unwrap_or(i64::MAX));
        let entries = self.connection.ask(&command).await.map_err(unavailable)?;
        Values::of(entries)?.map(read).collect()
    }

    /// The stream goes on being there without entries, the sequence beside it anyway.
    pub(super) async fn prune_events(&self, through: u64) -> Result<u64, StoreError> {
        let mut command = ::redis::cmd("XTRIM");
        command.arg(&self.names.events);
        match through.checked_add(1) {
            Some(first) => command.arg("MINID").arg(first),
            None => command.arg("MAXLEN").arg(0),
        };
        let pruned = self.connection.ask(&command).await.map_err(unavailable)?;
        ::redis::from_redis_value(pruned).map_err(|_| unreadable("events"))
    }
}

fn read(entry: Value) -> Result<Event, StoreError> {
    let mut entry = Values::of(entry)?;
    let id: String = entry.read("id")?;
    let fields: Vec<String> = entry
        .nested("event")?
        .map(::redis::from_redis_value)
        .collect::<Result<_, _>>()
        .map_err(|_| unreadable("event"))?;
    let fields: BTreeMap<&str, &str> =
        fields.as_chunks::<2>().0.iter().map(|[name, value]| (name.as_str(), value.as_str())).collect();
    let field = |name: &'static str| fields.get(name).copied().ok_or_else(|| unreadable(name));
    let number = |name: &'static str, text: &str| text.parse::<u64>().map_err(|_| unreadable(name));
    let key = AccountKey::new(field("tenant")?, field("provider")?, field("account")?);
    let version = |text: &&str| Version::from_stored(number("version", text)?).ok_or_else(|| unreadable("version"));
    Ok(Event {
        id: number("id", id.strip_suffix("-0").unwrap_or_default())?,
        at: SystemTime::UNIX_EPOCH + moment(number("at", field("at")?)?),
        key: key.map_err(|_| unreadable("account"))?,
        kind: EventKind::named(field("kind")?).ok_or_else(|| unreadable("kind"))?,
        version: fields.get("version").map(version).transpose()?,
        attempt: fields.get("attempt").map(|text| attempt(text)).transpose()?,
        cause: fields.get("cause").map(|cause| (*cause).to_owned()),
    })
}
