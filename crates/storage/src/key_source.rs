//! KeySource: where keys come from that change while a process lives.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{
    future::{Either, select},
    lock::Mutex,
};
use mailgrant_core::{Error, ErrorKind, Host, SecretBytes, SystemHost};

use crate::{KeyRing, Sealed};

/// Where the keys of a [`Vault`](crate::Vault) come from: a key management service, a secret manager, a file that is
/// replaced.
///
/// A key management service unwraps the keys, each once in a process's life; what is stored is sealed here, so reading an
/// account asks nobody.
///
/// ```
/// use async_trait::async_trait;
/// use mailgrant_core::{Error, ErrorKind, secrecy::{ExposeSecret, SecretString}};
/// use mailgrant_storage::{KeyRing, KeySource, Vault, memory::MemoryStore};
/// # struct Kms; impl Kms { async fn decrypt(&self, _: &[u8]) -> Result<SecretString, std::io::Error> { Ok(String::new().into()) } }
///
/// /// A key file that a KMS has wrapped, as the configuration has it.
/// struct Wrapped { kms: Kms, file: Vec<u8> }
///
/// #[async_trait]
/// impl KeySource for Wrapped {
///     async fn keys(&self) -> Result<KeyRing, Error> {
///         let file = self.kms.decrypt(&self.file).await.map_err(|error| {
///             let message = "the KMS did not unwrap the keys";
///             Error::new(ErrorKind::TryLater, "key_source_unavailable", message).caused_by(error)
///         })?;
///         KeyRing::parse(file.expose_secret())
///     }
/// }
///
/// # async fn example(source: Wrapped) -> Result<(), Error> {
/// let vault = Vault::sourced(MemoryStore::default(), source).await?;
/// # Ok(()) }
/// ```
#[async_trait]
pub trait KeySource: Send + Sync + 'static {
    /// The keys as they are now: the one that seals, and all that are to open.
    ///
    /// It is asked when a vault is made, when the application says so ([`Vault::renew_keys`](crate::Vault::renew_keys)),
    /// and when something turns up that was sealed with a key that nobody here knows yet.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from saying; an answer is waited for for 20 seconds. A vault that has keys goes on with them.
    async fn keys(&self) -> Result<KeyRing, Error>;
}

/// The keys of a vault, with where new ones come from.
pub(crate) struct Keys {
    ring: RwLock<Arc<KeyRing>>,
    source: Option<Source>,
}

struct Source {
    keys: Box<dyn KeySource>,
    host: Arc<dyn Host>,
    /// Whoever asks holds it, so that one question is under way, and who waited for its answer sees it.
    last: Mutex<Option<Asked>>,
}

/// The last question that nothing but an unknown key was the reason for.
struct Asked {
    at: Duration,
    failure: Option<Error>,
}

/// The least time between two such questions: rows of a lost key are no storm on a key management service.
const FLOOR: Duration = Duration::from_secs(10);

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

impl Keys {
    pub(crate) fn fixed(ring: KeyRing) -> Self {
        Self { ring: RwLock::new(Arc::new(ring)), source: None }
    }

    pub(crate) async fn sourced(keys: impl KeySource) -> Result<Self, Error> {
        Self::of(keys, SystemHost::shared()).await
    }

    async fn of(keys: impl KeySource, host: Arc<dyn Host>) -> Result<Self, Error> {
        let source = Source { keys: Box::new(keys), host, last: Mutex::default() };
        let ring = source.ask().await?;
        Ok(Self { ring: RwLock::new(Arc::new(ring)), source: Some(source) })
    }

    pub(crate) fn ring(&self) -> Arc<KeyRing> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) async fn renew(&self) -> Result<(), Error> {
        let Some(source) = &self.source else { return Ok(()) };
        // An answer that comes late is not put over a later one.
        let _last = source.last.lock().await;
        self.renew_from(source).await
    }

    /// Opens it; a key that is not known yet is asked for.
    pub(crate) async fn open(&self, associated: &[u8], sealed: &Sealed) -> Result<SecretBytes, Error> {
        if let Some(source) = self.source.as_ref().filter(|_| !self.ring().reads(&sealed.key_id)) {
            self.look_for(&sealed.key_id, source).await?;
        }
        self.ring().open(associated, sealed)
    }

    async fn look_for(&self, key_id: &str, source: &Source) -> Result<(), Error> {
        let mut last = source.last.lock().await;
        if self.ring().reads(key_id) {
            return Ok(());
        }
        if let Some(Asked { at, failure }) = &*last
            && source.host.monotonic().saturating_sub(*at) < FLOOR
        {
            return failure.clone().map_or(Ok(()), Err);
        }
        let answer = self.renew_from(source).await;
        *last = Some(Asked { at: source.host.monotonic(), failure: answer.clone().err() });
        answer
    }

    async fn renew_from(&self, source: &Source) -> Result<(), Error> {
        let new = source.ask().await?;
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        *ring = Arc::new(new.and_all_of(&ring));
        Ok(())
    }
}

impl Source {
    async fn ask(&self) -> Result<KeyRing, Error> {
        match select(self.keys.keys(), self.host.sleep(PATIENCE)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(Error::new(
                ErrorKind::TryLater,
                "key_source_unavailable",
                "the source of the sealing keys did not answer in time: try again; nothing was changed",
            )),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ring().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    };

    use futures_util::{FutureExt, future::join_all};
    use mailgrant_core::testing::ManualHost;
    use secrecy::SecretBox;

    use super::*;

    /// A key management service: which keys it has, whether it answers, how often it was asked.
    #[derive(Clone, Default)]
    struct Kms(Arc<(Mutex<Vec<&'static str>>, AtomicUsize)>);

    impl Kms {
        fn with(ids: &[&'static str]) -> Self {
            let kms = Self::default();
            kms.now_has(ids);
            kms
        }
        fn now_has(&self, ids: &[&'static str]) {
            *self.0.0.lock().unwrap() = ids.to_vec();
        }
        fn asked(&self) -> usize {
            self.0.1.load(Ordering::Relaxed)
        }
    }

    #[async_trait]
    impl KeySource for Kms {
        async fn keys(&self) -> Result<KeyRing, Error> {
            self.0.1.fetch_add(1, Ordering::Relaxed);
            // Whoever else wants something gets there meanwhile.
            tokio::task::yield_now().await;
            let ids = self.0.0.lock().unwrap().clone();
            if ids == ["silence"] {
                std::future::pending::<()>().await;
            }
            let Some((first, others)) = ids.split_first() else {
                return Err(Error::new(ErrorKind::TryLater, "key_source_unavailable", "away"));
            };
            others.iter().try_fold(KeyRing::new(first, &key(first))?, |ring, id| ring.and_readable(id, &key(id)))
        }
    }

    fn key(id: &str) -> SecretBytes {
        SecretBox::new(Box::new(vec![id.as_bytes()[0]; 32]))
    }

    const PLACE: &[u8] = b"here";

    fn sealed_with(id: &str) -> Sealed {
        KeyRing::new(id, &key(id)).unwrap().seal(PLACE, &SecretBox::new(Box::new(b"hush".to_vec())))
    }

    async fn keys(kms: &Kms) -> (Keys, ManualHost) {
        let host = ManualHost::default();
        (Keys::of(kms.clone(), Arc::new(host.clone())).await.unwrap(), host)
    }

    #[tokio::test]
    async fn an_unknown_key_is_asked_for_now_and_then() {
        let kms = Kms::with(&["old"]);
        let (keys, host) = keys(&kms).await;
        let new = sealed_with("new");
        for _ in 0..3 {
            let error = keys.open(PLACE, &new).await.unwrap_err();
            assert_eq!((error.kind(), error.code()), (ErrorKind::Configuration, "sealing_key_unknown"));
        }
        assert_eq!(kms.asked(), 2, "once at the beginning, once for the key");
        kms.now_has(&["new"]);
        host.advance(FLOOR);
        keys.open(PLACE, &new).await.unwrap();
        keys.open(PLACE, &new).await.unwrap();
        assert_eq!(kms.asked(), 3);
        assert_eq!(keys.ring().primary(), "new");
        keys.open(PLACE, &sealed_with("old")).await.expect("a key that was known stays so");
    }

    #[tokio::test]
    async fn a_source_that_is_away_costs_nothing_of_what_is_known() {
        let kms = Kms::default();
        assert_eq!(Keys::sourced(kms.clone()).await.unwrap_err().code(), "key_source_unavailable");
        kms.now_has(&["old"]);
        let (keys, _) = keys(&kms).await;
        kms.now_has(&[]);
        assert_eq!(keys.renew().await.unwrap_err().code(), "key_source_unavailable");
        assert_eq!(keys.open(PLACE, &sealed_with("new")).await.unwrap_err().kind(), ErrorKind::TryLater);
        keys.open(PLACE, &sealed_with("old")).await.unwrap();
    }

    #[tokio::test]
    async fn who_comes_while_it_is_asked_has_its_answer_too() {
        let kms = Kms::with(&["old"]);
        let (keys, _) = keys(&kms).await;
        kms.now_has(&["new"]);
        let new = sealed_with("new");
        for opened in join_all((0..5).map(|_| keys.open(PLACE, &new))).await {
            opened.unwrap();
        }
        assert_eq!(kms.asked(), 2);
        kms.now_has(&[]);
        let newer = sealed_with("xnewer");
        for opened in join_all((0..5).map(|_| keys.open(PLACE, &newer))).await {
            // Nothing was asked in the last ten seconds but what was answered.
            assert_eq!(opened.unwrap_err().code(), "sealing_key_unknown");
        }
    }

    #[tokio::test]
    async fn a_source_that_is_away_is_so_for_all_who_wait() {
        let kms = Kms::with(&["old"]);
        let (keys, _) = keys(&kms).await;
        kms.now_has(&[]);
        let new = sealed_with("new");
        for opened in join_all((0..5).map(|_| keys.open(PLACE, &new))).await {
            assert_eq!(opened.unwrap_err().code(), "key_source_unavailable");
        }
        assert_eq!(kms.asked(), 2);
    }

    #[tokio::test]
    async fn a_source_that_says_nothing_is_not_waited_for_for_ever() {
        let kms = Kms::with(&["old"]);
        let (keys, host) = keys(&kms).await;
        kms.now_has(&["silence"]);
        let new = sealed_with("new");
        let mut opening = Box::pin(keys.open(PLACE, &new));
        while host.sleeping() == 0 {
            assert!((&mut opening).now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        assert!((&mut opening).now_or_never().is_none());
        host.advance(PATIENCE);
        let error = opening.await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::TryLater, "key_source_unavailable"));
    }

    #[tokio::test]
    async fn a_fixed_ring_is_never_asked_for() {
        let keys = Keys::fixed(KeyRing::new("old", &key("old")).unwrap());
        keys.renew().await.unwrap();
        assert_eq!(keys.open(PLACE, &sealed_with("new")).await.unwrap_err().code(), "sealing_key_unknown");
    }
}
