//! A token request on its way into the books.

use crate::clock::Moment;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::ledger::{Exchange, Issued, Refusal, Scene};
use crate::provider::Provider;
use crate::terms::Terms;
use crate::world::State;

/// What an app wants tokens for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    Code,
    Refresh,
    Own,
}

impl Grant {
    pub(crate) fn named(name: &str) -> Result<Self, Refusal> {
        match name {
            "authorization_code" => Ok(Self::Code),
            "refresh_token" => Ok(Self::Refresh),
            "client_credentials" => Ok(Self::Own),
            _ => Err(Refusal::GrantTypeUnknown(name.to_owned())),
        }
    }
}

/// Tokens for what the fields present, unless the books or a fault refuse.
pub(crate) fn settle(
    state: &mut State,
    now: Moment,
    provider: Provider,
    grant: Grant,
    client_id: &str,
    fields: &Fields,
) -> Result<Issued, Refusal> {
    let State { settings, ledger, faults, counters, .. } = state;
    let mut broken = 0;
    let mut breaks = |promise| {
        let struck = faults.breaks(promise);
        broken += u64::from(struck);
        struck
    };
    let mut scene = Scene { now, terms: Terms::of(provider, settings), counters };
    let outcome = match grant {
        Grant::Code => {
            let presented = Exchange {
                client_id,
                code: fields.filled("code").ok_or(Refusal::CodeMissing)?,
                redirect_uri: fields.filled("redirect_uri"),
                verifier: fields.filled("code_verifier"),
            };
            ledger.exchange(&presented, || breaks(Fault::CodeAcceptedTwice), &mut scene)
        }
        Grant::Refresh => {
            let token = fields.filled("refresh_token").ok_or(Refusal::RefreshTokenMissing)?;
            if breaks(Fault::RefreshRefused) {
                Err(Refusal::RefreshTokenUnknown)
            } else {
                ledger.refresh(token, client_id, || breaks(Fault::NoRotation), &mut scene)
            }
        }
        Grant::Own => Ok(ledger.client_credentials(client_id, &mut scene)),
    };
    counters.faults += broken;
    outcome
}

/// Whether the tokens are to have a type that nobody asked for.
pub(crate) fn is_mac(state: &mut State) -> bool {
    let struck = state.faults.breaks(Fault::TokenTypeMac);
    state.counters.faults += u64::from(struck);
    struck
}
