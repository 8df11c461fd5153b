//! How rows, logins, gates are written into a record.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    names::hex,
    wire::{Values, unreadable},
};
use crate::{
    AccountKey, AttemptId, Sealed, Status, StoreError, Version,
    gates::Gate,
    logins::{Login, REMEMBERED},
    rules::{Moment, Open, Stored},
};

/// The last moment that is told apart from the next in a script, where numbers are floating: in the year 2255.
const LAST: u64 = (1 << 53) - 1;

/// Something that is kept in a record: what it is but for the sealed bytes is one text, so that a change of a lease
/// sends and writes no secret.
pub(super) trait Kept: Clone + PartialEq + Send {
    fn read(state: &[u8], sealed: Option<Sealed>) -> Result<Self, StoreError>;
    fn state(&self) -> Result<String, StoreError>;

    fn sealed(&self) -> Option<&Sealed> {
        None
    }

    /// The moment at which a rule could answer otherwise about the same record, so that a decision must not come later.
    ///
    /// For most there is none: what was allowed to whoever read a record goes on being allowed until it changes.
    fn turns_at(&self) -> Option<Moment> {
        None
    }

    /// When it is forgotten by itself.
    fn collected_at(&self) -> Option<Moment> {
        None
    }

    /// The moment from which `claim_due` may have it.
    fn free_at(&self) -> Option<Moment> {
        None
    }
}

/// A record as it was read.
pub(super) struct Seen<K> {
    /// Names this state of it, which no other state is named by. Empty where there is no record.
    pub(super) stamp: Vec<u8>,
    pub(super) kept: Option<K>,
}

impl<K: Kept> Seen<K> {
    pub(super) fn read(fields: &mut Values) -> Result<Self, StoreError> {
        let stamp: Option<Vec<u8>> = fields.read("stamp")?;
        let state: Option<Vec<u8>> = fields.read("state")?;
        let key_id: Option<String> = fields.read("key_id")?;
        let bytes: Option<Vec<u8>> = fields.read("sealed")?;
        let sealed = key_id.zip(bytes).map(|(key_id, bytes)| Sealed { key_id, bytes });
        let kept = state.map(|state| K::read(&state, sealed)).transpose()?;
        if stamp.is_some() != kept.is_some() {
            return Err(unreadable("stamp"));
        }
        Ok(Self { stamp: stamp.unwrap_or_default(), kept })
    }
}

/// A row but for what is sealed. Words that a newer build added are not skipped: writing would lose them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowState {
    version: u64,
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    client_key: String,
    environment: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upkeep_at: Option<u64>,
    written_at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rest_until: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<OpenState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renewed_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenState {
    id: String,
    claimed_at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lease_until: Option<u64>,
    replays: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replayed_at: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LoginState {
    tenant: String,
    provider: String,
    account: String,
    expires_at: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GateState {
    until: u64,
    cause: String,
    probed: bool,
}

impl Kept for Stored {
    fn read(state: &[u8], sealed: Option<Sealed>) -> Result<Self, StoreError> {
        let state: RowState = parse(state)?;
        let status = match (state.status.as_str(), state.cause) {
            ("active", None) => Status::Active,
            ("refused", Some(cause)) => Status::Refused { cause },
            ("disconnected", None) => Status::Disconnected,
            _ => return Err(unreadable("status")),
        };
        let open = |open: OpenState| {
            Ok(Open {
                id: attempt(&open.id)?,
                claimed_at: moment(open.claimed_at),
                lease_until: open.lease_until.map(moment),
                replays: open.replays,
                replayed_at: open.replayed_at.map(moment),
            })
        };
        Ok(Self {
            version: Version::from_stored(state.version).ok_or_else(|| unreadable("version"))?,
            status,
            sealed,
            client_key: state.client_key,
            environment: state.environment,
            expires_at: state.expires_at.map(moment),
            due_at: state.due_at.map(moment),
            upkeep_at: state.upkeep_at.map(moment),
            written_at: moment(state.written_at),
            rest_until: state.rest_until.map(moment),
            open: state.open.map(open).transpose()?,
            renewed_by: state.renewed_by.as_deref().map(attempt).transpose()?,
            ended: state.ended.as_deref().map(attempt).transpose()?,
        })
    }

    fn state(&self) -> Result<String, StoreError> {
        let (status, cause) = match &self.status {
            Status::Active => ("active", None),
            Status::Refused { cause } => ("refused", Some(cause.clone())),
            Status::Disconnected => ("disconnected", None),
        };
        let id = |attempt: &AttemptId| hex(attempt.as_bytes());
        write(&RowState {
            version: self.version.get(),
            status: status.to_owned(),
            cause,
            client_key: self.client_key.clone(),
            environment: self.environment.clone(),
            expires_at: self.expires_at.map(micros),
            due_at: self.due_at.map(micros),
            upkeep_at: self.upkeep_at.map(micros),
            written_at: micros(self.written_at),
            rest_until: self.rest_until.map(micros),
            open: self.open.as_ref().map(|open| OpenState {
                id: id(&open.id),
                claimed_at: micros(open.claimed_at),
                lease_until: open.lease_until.map(micros),
                replays: open.replays,
                replayed_at: open.replayed_at.map(micros),
            }),
            renewed_by: self.renewed_by.as_ref().map(id),
            ended: self.ended.as_ref().map(id),
        })
    }

    fn sealed(&self) -> Option<&Sealed> {
        self.sealed.as_ref()
    }

    /// [`is_due`](crate::rules::is_due), as far as it is about this row alone and about time: the end of its rest, and
    /// of a lease together with the token, which lives for ever or not at all if no end of it is known.
    fn free_at(&self) -> Option<Moment> {
        let held = self.open.as_ref().map(|open| open.lease_until.max(self.expires_at).unwrap_or_default());
        Some(held.max(self.rest_until).unwrap_or_default())
    }
}

impl Kept for Login {
    fn read(state: &[u8], sealed: Option<Sealed>) -> Result<Self, StoreError> {
        let state: LoginState = parse(state)?;
        let key = AccountKey::new(&state.tenant, &state.provider, &state.account);
        Ok(Self { key: key.map_err(|_| unreadable("account"))?, sealed, expires_at: moment(state.expires_at) })
    }

    fn state(&self) -> Result<String, StoreError> {
        write(&LoginState {
            tenant: self.key.tenant().to_owned(),
            provider: self.key.provider().to_owned(),
            account: self.key.account().to_owned(),
            expires_at: micros(self.expires_at),
        })
    }

    fn sealed(&self) -> Option<&Sealed> {
        self.sealed.as_ref()
    }

    /// It is given out until then, and not from then on.
    fn turns_at(&self) -> Option<Moment> {
        Some(self.expires_at)
    }

    fn collected_at(&self) -> Option<Moment> {
        Some(self.expires_at.saturating_add(REMEMBERED))
    }
}

impl Kept for Gate {
    fn read(state: &[u8], _: Option<Sealed>) -> Result<Self, StoreError> {
        let state: GateState = parse(state)?;
        Ok(Self { until: moment(state.until), cause: state.cause, probed: state.probed })
    }

    fn state(&self) -> Result<String, StoreError> {
        write(&GateState { until: micros(self.until), cause: self.cause.clone(), probed: self.probed })
    }
}

fn parse<T: DeserializeOwned>(state: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(state).map_err(|_| unreadable("state"))
}

fn write(state: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(state).map_err(StoreError::unavailable)
}

pub(super) fn attempt(text: &str) -> Result<AttemptId, StoreError> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect();
    let bytes: Option<Vec<u8>> = digits
        .map(|digits| digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect());
    let bytes = bytes.filter(|_| text.len() == 32).and_then(|bytes| bytes.try_into().ok());
    bytes.map(AttemptId::from_bytes).ok_or_else(|| unreadable("attempt"))
}

pub(super) fn moment(micros: u64) -> Moment {
    Duration::from_micros(micros)
}

/// Rounded up: a lease or a pause is never shorter than what was asked for.
pub(super) fn micros(moment: Moment) -> u64 {
    u64::try_from(moment.as_nanos().div_ceil(1000)).unwrap_or(LAST).min(LAST)
}
