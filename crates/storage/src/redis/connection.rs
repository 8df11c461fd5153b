//! A connection that many use at once: the caller's, or one of our own.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use ::redis::{
    Client, Cmd, ErrorKind, RedisError, Value,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig},
};
use async_trait::async_trait;

/// Whatever answers commands.
#[async_trait]
pub(super) trait Connection: Send + Sync {
    async fn ask(&self, command: &Cmd) -> Result<Value, RedisError>;
}

/// One that somebody else made.
pub(super) struct Given<C>(pub(super) C);

#[async_trait]
impl<C: ConnectionLike + Clone + Send + Sync + 'static> Connection for Given<C> {
    async fn ask(&self, command: &Cmd) -> Result<Value, RedisError> {
        self.0.clone().req_packed_command(command).await?.extract_error()
    }
}

/// One of our own, made again when it breaks.
pub(super) struct Dialled {
    client: Client,
    config: ConnectionManagerConfig,
    /// The manager, with how many there were before it.
    manager: Mutex<(u64, ConnectionManager)>,
}

impl Dialled {
    /// Connects, so that an address at which nobody is shows at once.
    pub(super) async fn dial(url: &str, patience: Duration) -> Result<Self, RedisError> {
        let client = Client::open(url)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(patience))
            .set_response_timeout(Some(patience))
            .set_min_delay(Duration::from_millis(20))
            .set_max_delay(Duration::from_millis(500))
            .set_number_of_retries(4);
        let manager = ConnectionManager::new_with_config(client.clone(), config.clone()).await?;
        Ok(Self { client, config, manager: Mutex::new((0, manager)) })
    }

    /// Leaves the manager that was the `spent`-th, unless somebody else did.
    fn dial_again(&self, spent: u64) -> Result<(), RedisError> {
        let mut manager = self.manager.lock().unwrap_or_else(PoisonError::into_inner);
        if manager.0 == spent {
            *manager = (spent + 1, ConnectionManager::new_lazy_with_config(self.client.clone(), self.config.clone())?);
        }
        Ok(())
    }
}

#[async_trait]
impl Connection for Dialled {
    /// The manager makes a connection again that breaks, but if the server then refuses who it is, it goes on answering
    /// with that refusal, for ever: so it is replaced, since passwords that are wrong for a moment come right again.
    async fn ask(&self, command: &Cmd) -> Result<Value, RedisError> {
        let (number, mut manager) = self.manager.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let answer = manager.req_packed_command(command).await;
        if answer.as_ref().is_err_and(|error| error.kind() == ErrorKind::AuthenticationFailed) {
            self.dial_again(number)?;
        }
        answer?.extract_error()
    }
}
