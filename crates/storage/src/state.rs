//! How rows, logins, gates are written as text, for backends that keep texts.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    AccountKey, AttemptId, Sealed, Status, StoreError, Version,
    gates::Gate,
    logins::Login,
    rules::{Moment, Open, Stored},
};

/// The last moment that is told apart from the next where numbers are floating, as in a script: in the year 2255.
const LAST: u64 = (1 << 53) - 1;

/// What a backend keeps, as a form that is written as text. The sealed bytes are beside it, so that a backend can leave
/// them alone where they do not change.
pub(crate) trait State: Sized {
    type Form: Serialize + DeserializeOwned;

    fn form(&self) -> Self::Form;
    fn of(form: Self::Form, sealed: Option<Sealed>) -> Result<Self, StoreError>;

    fn sealed(&self) -> Option<&Sealed> {
        None
    }
}

/// Words that a newer build added are not skipped: writing would lose them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowForm {
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
    open: Option<OpenForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renewed_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenForm {
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
pub(crate) struct LoginForm {
    tenant: String,
    provider: String,
    account: String,
    expires_at: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GateForm {
    until: u64,
    cause: String,
    probed: bool,
}

impl State for Stored {
    type Form = RowForm;

    fn form(&self) -> RowForm {
        let (status, cause) = match &self.status {
            Status::Active => ("active", None),
            Status::Refused { cause } => ("refused", Some(cause.clone())),
            Status::Disconnected => ("disconnected", None),
        };
        RowForm {
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
            open: self.open.as_ref().map(|open| OpenForm {
                id: open.id.to_string(),
                claimed_at: micros(open.claimed_at),
                lease_until: open.lease_until.map(micros),
                replays: open.replays,
                replayed_at: open.replayed_at.map(micros),
            }),
            renewed_by: self.renewed_by.map(|attempt| attempt.to_string()),
            ended: self.ended.map(|attempt| attempt.to_string()),
        }
    }

    fn of(form: RowForm, sealed: Option<Sealed>) -> Result<Self, StoreError> {
        let status = match (form.status.as_str(), form.cause) {
            ("active", None) => Status::Active,
            ("refused", Some(cause)) => Status::Refused { cause },
            ("disconnected", None) => Status::Disconnected,
            _ => return Err(unreadable("status")),
        };
        let open = |open: OpenForm| {
            Ok(Open {
                id: attempt(&open.id)?,
                claimed_at: moment(open.claimed_at),
                lease_until: open.lease_until.map(moment),
                replays: open.replays,
                replayed_at: open.replayed_at.map(moment),
            })
        };
        Ok(Self {
            version: Version::from_stored(form.version).ok_or_else(|| unreadable("version"))?,
            status,
            sealed,
            client_key: form.client_key,
            environment: form.environment,
            expires_at: form.expires_at.map(moment),
            due_at: form.due_at.map(moment),
            upkeep_at: form.upkeep_at.map(moment),
            written_at: moment(form.written_at),
            rest_until: form.rest_until.map(moment),
            open: form.open.map(open).transpose()?,
            renewed_by: form.renewed_by.as_deref().map(attempt).transpose()?,
            ended: form.ended.as_deref().map(attempt).transpose()?,
        })
    }

    fn sealed(&self) -> Option<&Sealed> {
        self.sealed.as_ref()
    }
}

impl State for Login {
    type Form = LoginForm;

    fn form(&self) -> LoginForm {
        LoginForm {
            tenant: self.key.tenant().to_owned(),
            provider: self.key.provider().to_owned(),
            account: self.key.account().to_owned(),
            expires_at: micros(self.expires_at),
        }
    }

    fn of(form: LoginForm, sealed: Option<Sealed>) -> Result<Self, StoreError> {
        let key = AccountKey::new(&form.tenant, &form.provider, &form.account);
        Ok(Self { key: key.map_err(|_| unreadable("account"))?, sealed, expires_at: moment(form.expires_at) })
    }

    fn sealed(&self) -> Option<&Sealed> {
        self.sealed.as_ref()
    }
}

impl State for Gate {
    type Form = GateForm;

    fn form(&self) -> GateForm {
        GateForm { until: micros(self.until), cause: self.cause.clone(), probed: self.probed }
    }

    fn of(form: GateForm, _: Option<Sealed>) -> Result<Self, StoreError> {
        Ok(Self { until: moment(form.until), cause: form.cause, probed: form.probed })
    }
}

/// What no build like this one wrote.
pub(crate) fn unreadable(what: &str) -> StoreError {
    StoreError::Incompatible(format!("the value of {what:?}"))
}

/// An attempt as it is displayed.
pub(crate) fn attempt(text: &str) -> Result<AttemptId, StoreError> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect();
    let bytes: Option<Vec<u8>> = digits
        .map(|digits| digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect());
    let bytes = bytes.filter(|_| text.len() == 32).and_then(|bytes| bytes.try_into().ok());
    bytes.map(AttemptId::from_bytes).ok_or_else(|| unreadable("attempt"))
}

pub(crate) fn moment(micros: u64) -> Moment {
    Duration::from_micros(micros)
}

/// Rounded up: a lease or a pause is never shorter than what was asked for.
pub(crate) fn micros(moment: Moment) -> u64 {
    u64::try_from(moment.as_nanos().div_ceil(1000)).unwrap_or(LAST).min(LAST)
}
