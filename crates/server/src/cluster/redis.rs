//! Redis, as far as the server needs it: the judge of budgets, and the quickest way to the other processes.
//!
//! Nothing that must not be lost is in it. [`Redis::keep`] holds one connection and says whether it works; while
//! it does not, nobody waits for Redis: a call that finds none is answered at once, and one that fails ends the
//! connection for all. It is tried again every second.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, IntoConnectionInfo, RedisError, Script};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::budget::{Budget, UsedUp};

/// The longest wait for an answer: a call waits so long for a budget, once, before Redis counts as away.
const ANSWER: Duration = Duration::from_secs(1);
/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// How often it is tried whether Redis works.
const EVERY: Duration = Duration::from_secs(1);

/// A Redis, which may be away. Clones share the connection.
#[derive(Clone)]
pub struct Redis {
    client: Client,
    /// What the names of all keys begin with.
    prefix: Arc<str>,
    window: Duration,
    link: Arc<watch::Sender<Option<MultiplexedConnection>>>,
}

/// The client's own `Debug` would show the password.
impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis")
            .field(
                "address",
                &self.client.get_connection_info().addr().to_string(),
            )
            .field("is_up", &self.is_up())
            .finish_non_exhaustive()
    }
}

impl Redis {
    /// The Redis of a URL, whose keys begin with a prefix, with windows of this length. Nothing is connected yet.
    ///
    /// # Errors
    /// The URL is none of Redis.
    pub fn new(
        url: &str,
        password: Option<&SecretString>,
        prefix: &str,
        window: Duration,
    ) -> Result<Self, RedisError> {
        let info = url.into_connection_info()?;
        let info = match password {
            Some(password) => {
                let settings = info.redis_settings().clone();
                info.set_redis_settings(settings.set_password(password.expose_secret()))
            }
            None => info,
        };
        Ok(Self {
            client: Client::open(info)?,
            prefix: prefix.into(),
            window,
            link: Arc::new(watch::Sender::new(None)),
        })
    }

    /// Whether it worked when it was last asked.
    pub fn is_up(&self) -> bool {
        self.link.borrow().is_some()
    }

    /// Tells whoever waits when it goes or comes back.
    pub fn watch(&self) -> Link {
        Link(self.link.subscribe())
    }

    /// Takes calls from budgets; none where Redis is away.
    pub async fn take(
        &self,
        budgets: &[Budget<'_>],
        used_up: UsedUp,
    ) -> Option<Result<(), Duration>> {
        let mut connection = self.connection()?;
        let script = Script::new(include_str!("take.lua"));
        let mut call = script.prepare_invoke();
        let lock = match used_up {
            UsedUp::Waits => Duration::ZERO,
            UsedUp::Shuts(lock) => lock,
        };
        call.arg(micros(self.window)).arg(micros(lock));
        for budget in budgets {
            call.key(format!("{}calls:{}", self.prefix, budget.key));
            call.key(format!("{}shut:{}", self.prefix, budget.key));
            call.arg(budget.limit);
        }
        let waited = call.invoke_async::<u64>(&mut connection).await;
        match self.heard(waited)? {
            0 => Some(Ok(())),
            wait => Some(Err(Duration::from_micros(wait))),
        }
    }

    /// Tells all who listen on a channel; whether Redis took it.
    pub async fn publish(&self, channel: &str, text: &[u8]) -> bool {
        let Some(mut connection) = self.connection() else {
            return false;
        };
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(channel).arg(text);
        let told = publish.query_async::<u64>(&mut connection).await;
        self.heard(told).is_some()
    }

    /// Connects, if it can be done at once.
    pub async fn connect(&self) {
        match self.try_connect().await {
            Ok(connection) => {
                tracing::info!("Redis answers: limits are shared by it");
                self.is_up_now(connection);
            }
            Err(error) => {
                gauge(1.0);
                tracing::warn!(
                    error = said(&error),
                    "Redis does not answer: limits are half as large until it does"
                );
            }
        }
    }

    /// Keeps the connection until it is told to stop.
    pub async fn keep(self, stop: CancellationToken) {
        let work = async {
            loop {
                sleep(EVERY).await;
                match self.connection() {
                    Some(mut connection) => {
                        let written = self.write(&mut connection).await;
                        let _is_up = self.heard(written);
                    }
                    None => {
                        if let Ok(connection) = self.try_connect().await {
                            tracing::info!("Redis is back: limits are shared by it again");
                            self.is_up_now(connection);
                        }
                    }
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = work => {}
        }
    }

    fn is_up_now(&self, connection: MultiplexedConnection) {
        gauge(0.0);
        self.link.send_replace(Some(connection));
    }

    fn connection(&self) -> Option<MultiplexedConnection> {
        self.link.borrow().clone()
    }

    /// An answer; one that did not come, or says that Redis cannot work, ends the connection.
    fn heard<T>(&self, answer: Result<T, RedisError>) -> Option<T> {
        match answer {
            Ok(answer) => Some(answer),
            Err(error) => {
                let was_up = self.link.send_if_modified(|link| link.take().is_some());
                if was_up {
                    gauge(1.0);
                    tracing::warn!(
                        error = said(&error),
                        "Redis is away: limits are half as large until it is back"
                    );
                }
                None
            }
        }
    }

    async fn try_connect(&self) -> Result<MultiplexedConnection, RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(ANSWER));
        let connect = self
            .client
            .get_multiplexed_async_connection_with_config(&config);
        let mut connection = timeout(CONNECT, connect).await.map_err(|_| too_late())??;
        self.write(&mut connection).await?;
        Ok(connection)
    }

    /// Whether it takes writes: one whose memory is full still answers a ping.
    async fn write(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        let mut set = redis::cmd("SET");
        set.arg(format!("{}alive", self.prefix)).arg("").arg("PX");
        set.arg(1_000).query_async(connection).await
    }

    /// Listens on a channel and tells `heard` of each message, until the connection ends.
    pub async fn listen(&self, channel: &str, heard: impl Fn(&[u8])) -> Result<(), RedisError> {
        let connect = self.client.get_async_pubsub();
        let mut listener = timeout(CONNECT, connect).await.map_err(|_| too_late())??;
        listener.subscribe(channel).await?;
        let mut messages = listener.on_message();
        while let Some(message) = messages.next().await {
            heard(message.get_payload_bytes());
        }
        Ok(())
    }
}

/// Whether Redis works, now and whenever that changes.
#[derive(Clone, Debug)]
pub struct Link(watch::Receiver<Option<MultiplexedConnection>>);

impl Link {
    /// Whether it works; what is seen is no change any more.
    pub fn is_up(&mut self) -> bool {
        self.0.borrow_and_update().is_some()
    }

    /// Whether it has gone or come back since it was last asked.
    pub fn has_changed(&self) -> bool {
        self.0.has_changed().unwrap_or(false)
    }

    /// Answers when it has gone or come back since it was last asked; never where it is kept no more.
    pub async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Answers when it works.
    pub async fn until_up(&mut self) {
        while !self.is_up() {
            self.changed().await;
        }
    }

    /// Answers when it does not.
    pub async fn until_down(&mut self) {
        while self.is_up() {
            self.changed().await;
        }
    }
}

fn gauge(degraded: f64) {
    metrics::gauge!("quarterdeck_degraded", "component" => "redis").set(degraded);
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn too_late() -> RedisError {
    (ErrorKind::Io, "no connection in time").into()
}

/// What may be logged of an error: what it is, and no address or login.
fn said(error: &RedisError) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    match error.code() {
        Some(code) => code.to_owned(),
        None => error.category().to_owned(),
    }
}
