//! What a store gives back, whoever wrote it.

use mailgrant_core::{
    Adopted, AuthorizationCode, Client, ClientCredentials, ClientIdentity, Error, Implicit, OfferedBy,
    PendingAuthorization, Provider, SecretBytes, Standing, TokenRecord, secrecy::ExposeSecret,
};

use super::{
    letterbox::{Letterbox, client_of},
    quiet,
};

/// The bytes that are sealed.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "door: a record's bytes, to compare them with what was read")]
pub fn opened(bytes: &SecretBytes) -> Vec<u8> {
    bytes.expose_secret().clone()
}

/// Checks that bytes are read as what they are, or refused without a word of them.
pub fn check(bytes: &[u8]) {
    match TokenRecord::decode(bytes) {
        Ok(record) => {
            let written = opened(&record.encode());
            let again = TokenRecord::decode(&written).expect("what was written is read");
            assert_eq!(opened(&again.encode()), written, "a record changes as it is read");
            assert!(again.same_access_token(&record) && again.same_refresh_token(&record));
            assert_eq!(again.expires_at(), record.expires_at());
            wake(record);
        }
        Err(error) => refused(&error, bytes),
    }
    match PendingAuthorization::decode(bytes) {
        Ok(pending) => {
            let written = opened(&pending.encode());
            let again = PendingAuthorization::decode(&written).expect("what was written is read");
            assert_eq!(opened(&again.encode()), written, "a login changes as it is read");
            take_up(pending, again);
        }
        Err(error) => refused(&error, bytes),
    }
}

fn refused(error: &Error, bytes: &[u8]) {
    assert!(matches!(error.code(), "record_unreadable" | "record_newer" | "token_malformed"), "{error}");
    // Of a newer record, the format is named: ten digits at most.
    if !error.to_string().contains("has format") {
        quiet::expect(error, bytes);
    }
}

/// The client that a record is of, as far as there could be one.
fn client_for(identity: &ClientIdentity) -> Client<Letterbox> {
    let id = if identity.client_id.is_empty() { "id" } else { &identity.client_id };
    client_of(Letterbox::at(&identity.environment), id, vec![]).0
}

fn wake(record: TokenRecord) {
    let client = client_for(record.identity());
    woken::<AuthorizationCode>(&client, &record);
    woken::<ClientCredentials>(&client, &record);
    woken::<Implicit>(&client, &record);
    woken::<Adopted>(&client, &record);
}

fn woken<G: OfferedBy<Letterbox>>(client: &Client<Letterbox>, record: &TokenRecord) {
    let Ok(standing) = client.restore::<G>(record.clone()) else { return };
    assert_eq!((record.grant(), record.identity()), (G::KIND, client.identity()), "another's record was woken");
    assert_eq!(record.identity().provider, Letterbox::NAME);
    if let Standing::Live(session) = standing {
        let header = session.bearer().header();
        assert!(header.as_bytes().iter().all(|byte| matches!(byte, 0x20..=0x7e)), "{header:?}");
        let rested = session.into_record();
        assert!(rested.same_access_token(record) && rested.same_refresh_token(record));
        assert_eq!((rested.expires_at(), rested.scope()), (record.expires_at(), record.scope()));
    }
}

fn take_up(pending: PendingAuthorization, again: PendingAuthorization) {
    let client = client_for(pending.identity());
    if let (Ok(one), Ok(other)) =
        (client.resume::<AuthorizationCode>(pending), client.resume::<AuthorizationCode>(again))
    {
        let url = one.authorize_url();
        assert_eq!(url, other.authorize_url(), "a login changes as it is read");
        assert!(url.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "no address: {url}");
    }
}
