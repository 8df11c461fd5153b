//! What giving an account up came to, in words that promise nothing.

use std::time::SystemTime;

use mailgrant_core::{Error, Expiry, Host, Revocation, SystemHost};
use mailgrant_manager::Disconnected;

use super::Before;
use crate::{
    environment::{Environment, Generation, kind_of},
    exit::{Stop, disconnect_command},
    note::Note,
    provider::ProviderName,
    say, until,
};

/// An account that was given up, with what was known of it before.
pub(super) struct Outcome<'a> {
    pub(super) name: &'a str,
    pub(super) note: &'a Note,
    pub(super) before: &'a Before,
    /// Whether the provider was not to be told.
    pub(super) forget: bool,
}

impl Outcome<'_> {
    /// Says it; an error if the provider is still to be told.
    pub(super) fn say(&self, after: Disconnected) -> Result<(), Stop> {
        let name = self.name;
        let told = match after.revocation {
            Ok(told) => told,
            Err(error) => return Err(self.untold(error)),
        };
        say::words(&format!("`{name}` is disconnected: its tokens, client id and client secret are erased here."));
        let title = self.before.provider.title();
        let why = match told {
            Revocation::Told => format!(
                "{title} was told, and said yes, which it also says to what it never knew: the refresh token should be \
                dead"
            ),
            _ => self.untellable(),
        };
        say::words(&format!("{why}; {}.", handed_out(after.token_ends, SystemHost.now())));
        say::words(&format!("The account's owner can disconnect the app in {} .", self.environment().panel()));
        Ok(())
    }

    /// The account is given up, and its provider does not know.
    fn untold(&self, error: Error) -> Stop {
        let (name, title, again) = (self.name, self.before.provider.title(), disconnect_command(self.name));
        say::words(&format!(
            "`{name}` is disconnected here: nothing uses its tokens any more. What {title} is told with, its refresh \
            token, client id and client secret, is kept, sealed, until {title} has been told."
        ));
        let stop = Stop::from(error).coming_to(&format!("{title} could not be told that `{name}` is given up"));
        stop.next(format!(
            "run `{again}` again, which tells it; `{again} --forget` erases it untold, and the owner can disconnect the app in {}",
            self.environment().panel()
        ))
    }

    /// Why the provider was not told.
    fn untellable(&self) -> String {
        let title = self.before.provider.title();
        let second = self.generation() == Some(Generation::Second);
        match (&self.before.record, second) {
            (Some(_), true) if self.forget => format!("{title} was not told, since nothing was to be sent"),
            (Some(_), true) if !self.before.told_by => {
                format!("{title} was not told, since what was remembered of the app cannot be read")
            }
            (Some(_), true) => {
                format!("{title} was not told: there is no revocation endpoint, or no refresh token to revoke")
            }
            (None, _) => format!("{title} was not told: what was stored of the grant is gone, or cannot be read"),
            (Some(_), false) => format!("{title} has no way to revoke a grant{} from here", self.of_generation()),
        }
    }

    fn of_generation(&self) -> String {
        self.generation().map_or_else(String::new, |generation| format!(" of generation {}", generation.number()))
    }

    fn generation(&self) -> Option<Generation> {
        let identity = self.before.record.as_ref()?.identity();
        kind_of(Some(self.before.provider), &identity.environment).1
    }

    fn environment(&self) -> Environment {
        let noted = self.note.latest().map(|app| app.environment.clone());
        noted.filter(|environment| environment.provider() == self.before.provider).unwrap_or_else(|| {
            match self.before.provider {
                ProviderName::Getresponse => Environment::default(),
                ProviderName::Verticalresponse => Environment::VerticalResponse(Default::default()),
            }
        })
    }
}

/// What becomes of a token that was handed out before.
fn handed_out(ends: Expiry, now: SystemTime) -> String {
    match ends {
        Expiry::At(end) if end <= now => "the last token that was issued has ended by itself".to_owned(),
        ends => format!("a token that was handed out before works {}", until::described(ends, now)),
    }
}
