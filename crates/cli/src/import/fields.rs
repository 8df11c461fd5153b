//! Fields: an account as old code wrote it down, all of it text.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use mailgrant_core::{
    Expiry, Tokens,
    secrecy::{ExposeSecret, SecretString},
};

use super::{
    flaw::Flaw,
    moment::{self, NoMoment},
};

/// A field that an account can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Account,
    AccessToken,
    RefreshToken,
    ExpiresAt,
    ExpiresIn,
    ObtainedAt,
    Scope,
    AccountId,
    Grant,
    ClientId,
    Environment,
}

impl Field {
    pub(crate) const ALL: [Self; 11] = [
        Self::Account,
        Self::AccessToken,
        Self::RefreshToken,
        Self::ExpiresAt,
        Self::ExpiresIn,
        Self::ObtainedAt,
        Self::Scope,
        Self::AccountId,
        Self::Grant,
        Self::ClientId,
        Self::Environment,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
            Self::ExpiresAt => "expires_at",
            Self::ExpiresIn => "expires_in",
            Self::ObtainedAt => "obtained_at",
            Self::Scope => "scope",
            Self::AccountId => "account_id",
            Self::Grant => "grant",
            Self::ClientId => "client_id",
            Self::Environment => "environment",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// What is in the fields. All of it is kept as if it were secret, since a column may be another one than it was taken for.
#[derive(Clone, Default)]
pub(crate) struct Fields([Option<SecretString>; Field::ALL.len()]);

impl Fields {
    pub(super) fn has(&self, field: Field) -> bool {
        self.0[field as usize].is_some()
    }

    pub(super) fn set(&mut self, field: Field, value: Option<SecretString>) {
        self.0[field as usize] = value;
    }

    pub(super) fn secret(&self, field: Field) -> Option<&SecretString> {
        self.0[field as usize].as_ref()
    }

    /// What may be told.
    #[expect(clippy::disallowed_methods, reason = "door: a field that holds no token, to be read")]
    pub(super) fn text(&self, field: Field) -> Option<&str> {
        self.secret(field).map(|text| text.expose_secret())
    }

    /// The tokens. `zoneless`: a moment without a zone is UTC.
    pub(super) fn tokens(&self, zoneless: bool) -> Result<Tokens, Flaw> {
        let moment = |field: Field| match self.text(field) {
            Some(text) => moment::parse(text, zoneless).map(Some).map_err(|why| no_moment(field, why)),
            None => Ok(None),
        };
        let obtained_at = moment(Field::ObtainedAt)?;
        let expires_at = match (self.text(Field::ExpiresAt), self.text(Field::ExpiresIn)) {
            (Some(_), Some(_)) => {
                return Err(Flaw::new("expiry_twice", "both `expires_at` and `expires_in` say when the token ends"));
            }
            (Some("never"), None) => Expiry::Never,
            (Some(_), None) => moment(Field::ExpiresAt)?.map_or(Expiry::Unknown, Expiry::At),
            (None, Some(life)) => Expiry::At(end(life, obtained_at)?),
            (None, None) => Expiry::Unknown,
        };
        Ok(Tokens {
            access_token: self.secret(Field::AccessToken).cloned(),
            refresh_token: self.secret(Field::RefreshToken).cloned(),
            expires_at,
            obtained_at,
            scope: self.text(Field::Scope).map(str::to_owned),
            account_id: self.text(Field::AccountId).map(str::to_owned),
        })
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = Field::ALL.into_iter().filter(|field| self.has(*field)).map(Field::name);
        formatter.debug_set().entries(set).finish()
    }
}

fn end(life: &str, obtained_at: Option<SystemTime>) -> Result<SystemTime, Flaw> {
    let Some(obtained_at) = obtained_at else {
        return Err(Flaw::new("expiry_unfounded", "`expires_in` means nothing without `obtained_at`"));
    };
    // Nobody issues tokens for more than a hundred years.
    let seconds = life.parse::<u64>().ok().filter(|seconds| *seconds <= 100 * 366 * 24 * 3600);
    let end = seconds.and_then(|seconds| obtained_at.checked_add(Duration::from_secs(seconds)));
    end.ok_or_else(|| Flaw::new("expiry_unreadable", "`expires_in` is no number of seconds that a token could live"))
}

fn no_moment(field: Field, why: NoMoment) -> Flaw {
    let name = field.name();
    match why {
        NoMoment::Unreadable => Flaw::new(
            "moment_unreadable",
            format!("`{name}` is no moment: seconds since 1970, or such as 2026-01-31T12:00:00Z"),
        ),
        NoMoment::Absurd => {
            Flaw::new("moment_absurd", format!("`{name}` is behind the year 9999: give seconds, not milliseconds"))
        }
        NoMoment::Zoneless => Flaw::new("moment_zoneless", format!("`{name}` has no time zone: end it with Z for UTC")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn fields(values: &[(Field, &str)]) -> Fields {
        let mut fields = Fields::default();
        values.iter().for_each(|(field, value)| fields.set(*field, Some((*value).into())));
        fields
    }

    #[test]
    fn fields_have_their_own_places() {
        for (place, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!((field as usize, Field::named(field.name())), (place, Some(field)));
        }
    }

    #[test]
    fn an_end_is_said_in_one_way() {
        let end = |values: &[(Field, &str)]| fields(values).tokens(false).map(|tokens| tokens.expires_at);
        let at = |seconds| Ok(Expiry::At(UNIX_EPOCH + Duration::from_secs(seconds)));
        let code = |values: &[(Field, &str)]| end(values).unwrap_err().code;
        assert_eq!(end(&[]), Ok(Expiry::Unknown));
        assert_eq!(end(&[(Field::ExpiresAt, "never")]), Ok(Expiry::Never));
        assert_eq!(end(&[(Field::ExpiresAt, "60")]), at(60));
        assert_eq!(end(&[(Field::ExpiresIn, "60"), (Field::ObtainedAt, "40")]), at(100));
        assert_eq!(code(&[(Field::ExpiresIn, "60")]), "expiry_unfounded");
        assert_eq!(code(&[(Field::ExpiresIn, "x"), (Field::ObtainedAt, "40")]), "expiry_unreadable");
        assert_eq!(code(&[(Field::ExpiresIn, "9999999999999"), (Field::ObtainedAt, "40")]), "expiry_unreadable");
        assert_eq!(code(&[(Field::ExpiresIn, "6"), (Field::ExpiresAt, "4")]), "expiry_twice");
        assert_eq!(code(&[(Field::ExpiresAt, "1767225600000")]), "moment_absurd");
        assert_eq!(code(&[(Field::ObtainedAt, "2026-01-01T00:00:00")]), "moment_zoneless");
    }

    #[test]
    fn what_is_in_them_is_never_shown() {
        let fields = fields(&[(Field::AccessToken, "hush"), (Field::ExpiresAt, "hush-too")]);
        let flaw = fields.tokens(false).unwrap_err();
        assert_eq!(flaw.code, "moment_unreadable");
        for shown in [format!("{fields:?}"), format!("{flaw:?}")] {
            assert!(!shown.contains("hush"), "{shown}");
        }
    }
}
