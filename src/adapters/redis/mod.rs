//! The connection to Redis that sessions, limits and persisted queries share.
//!
//! One connection carries the calls of all requests. It is made when it is first needed, and anew whenever it turns out
//! to be broken, silent, or one to a server that no longer takes writes; nothing has to be restarted. A call answers or
//! fails within [`PATIENCE`], so that a request that needs Redis is refused within a second. After a failure the next
//! calls fail at once for [`PAUSE`], so that a request of several calls is no slower and a server under load does not
//! wait a thousand times for the same silence.
//!
//! Redis 6 or later, alone or with replicas behind one address; no cluster. The crate's own `ConnectionManager` is not
//! used, for it keeps a connection whose answers time out, and one that was refused by anything but the network for ever.

mod check;
mod fault;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, FromRedisValue, IntoConnectionInfo as _,
    RedisResult, ScriptInvocation, Value, from_redis_value,
};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::Instrument as _;

use crate::observe::{table, traces};
use crate::ports::store::{StoreError, StoreResult};

/// How long a call may take, whatever has to be done for it.
pub const PATIENCE: Duration = Duration::from_millis(600);
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_millis(400);
/// How long calls fail at once after a failure.
const PAUSE: Duration = Duration::from_millis(250);
/// Of all keys, so that others may live beside them.
const PREFIX: &str = "shotify";

/// Why an address cannot be used; says nothing of what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is none.
    #[error("must be redis:// or rediss:// with host, port and the number of a database")]
    Unreadable,
    /// It asks for TLS without looking at the certificate.
    #[error("must not switch off the check of the server's certificate")]
    Insecure,
}

/// What may be done when a connection breaks before the answer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// Nothing: done twice it would be wrong.
    Once,
    /// Send it again, on a new connection.
    Repeatable,
}

/// The way to one Redis.
pub struct RedisLink {
    client: Client,
    prefix: String,
    state: Mutex<State>,
    /// The turn to connect.
    connecting: tokio::sync::Mutex<()>,
}

struct State {
    /// Made so far; tells a connection that broke from the one that came after it.
    count: u64,
    now: Now,
}

enum Now {
    /// Not tried yet, or not tried again yet.
    Unconnected,
    Connected(MultiplexedConnection),
    /// Failed: for this reason, and until then nobody tries.
    Away(String, Instant),
}

/// A connection and which one it is.
struct Line {
    number: u64,
    connection: MultiplexedConnection,
}

/// What is sent.
enum Call<'a> {
    Command(&'a Cmd),
    Script(&'a ScriptInvocation<'a>),
}

impl Call<'_> {
    async fn send(&self, connection: &mut MultiplexedConnection) -> RedisResult<Value> {
        match self {
            Self::Command(command) => command.query_async(connection).await,
            Self::Script(script) => script.invoke_async(connection).await,
        }
    }
}

impl RedisLink {
    /// To the Redis at `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS. Connects to nothing yet.
    pub fn open(url: &str) -> Result<Self, AddressError> {
        let info = url.into_connection_info();
        let info = info.map_err(|_| AddressError::Unreadable)?;
        match info.addr() {
            ConnectionAddr::TcpTls { insecure: true, .. } => return Err(AddressError::Insecure),
            ConnectionAddr::Tcp(..) | ConnectionAddr::TcpTls { .. } => {}
            _ => return Err(AddressError::Unreadable),
        }
        // A connection that died without a word is noticed while nobody uses it.
        let keepalive = TcpKeepalive::new()
            .with_time(Duration::from_secs(30))
            .with_interval(Duration::from_secs(10));
        let tcp = TcpSettings::default()
            .set_nodelay(true)
            .set_keepalive(keepalive);
        let client = Client::open(info.set_tcp_settings(tcp));
        Ok(Self {
            client: client.map_err(|_| AddressError::Unreadable)?,
            prefix: PREFIX.to_owned(),
            state: Mutex::new(State {
                count: 0,
                now: Now::Unconnected,
            }),
            connecting: tokio::sync::Mutex::default(),
        })
    }

    /// The same with keys of its own: what is kept under one prefix is not seen under another.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// The key of something of a kind.
    #[must_use]
    pub fn key(&self, kind: &str, name: &str) -> String {
        format!("{}:{kind}:{name}", self.prefix)
    }

    /// Whether it answers.
    pub async fn ping(&self) -> StoreResult<()> {
        let mut ping = Cmd::new();
        ping.arg("PING");
        self.command(&ping, Sending::Repeatable).await
    }

    /// The answer to a command.
    pub async fn command<T: FromRedisValue>(&self, cmd: &Cmd, sending: Sending) -> StoreResult<T> {
        self.answer(&Call::Command(cmd), sending).await
    }

    /// The answer of a script, which Redis is taught where it does not know it.
    pub async fn script<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
        sending: Sending,
    ) -> StoreResult<T> {
        self.answer(&Call::Script(script), sending).await
    }

    async fn answer<T: FromRedisValue>(&self, call: &Call<'_>, sending: Sending) -> StoreResult<T> {
        let span = traces::outside!("redis", db.system.name = "redis",);
        let begun = Instant::now();
        let answer = self.answer_in_time(call, sending);
        let answer = answer.instrument(span.clone()).await;
        table::REDIS_DURATION.plain().record(begun.elapsed());
        let outcome = answer.as_ref().map_or_else(fault::outcome, |_| "ok");
        table::REDIS_CALLS.with([outcome]).increment(1);
        if answer.is_err() {
            traces::failed(&span, outcome);
        }
        answer
    }

    async fn answer_in_time<T: FromRedisValue>(
        &self,
        call: &Call<'_>,
        sending: Sending,
    ) -> StoreResult<T> {
        let deadline = Instant::now() + PATIENCE;
        let value = match self.attempt(call, deadline).await? {
            Err(broken) if sending == Sending::Once => return Err(broken),
            Err(_) => self.attempt(call, deadline).await??,
            Ok(value) => value,
        };
        from_redis_value(value).map_err(|error| StoreError::Failed(format!("Redis: {error}")))
    }

    /// The answer; inside, the error of a connection that turned out to be closed, after which a new one may be tried.
    async fn attempt(
        &self,
        call: &Call<'_>,
        deadline: Instant,
    ) -> StoreResult<Result<Value, StoreError>> {
        let line = timeout_at(deadline, self.line());
        let mut line = line
            .await
            .unwrap_or_else(|_| Err(fault::away(fault::SILENT)))?;
        let Ok(answer) = timeout_at(deadline, call.send(&mut line.connection)).await else {
            self.leave(line.number, Some(fault::SILENT.to_owned()));
            return Err(fault::away(fault::SILENT));
        };
        match answer {
            Ok(value) => Ok(Ok(value)),
            Err(error) if error.is_connection_dropped() => {
                self.leave(line.number, None);
                Ok(Err(fault::away(&error.to_string())))
            }
            Err(error) => {
                if fault::ends_connection(&error) {
                    self.leave(line.number, Some(error.to_string()));
                }
                Err(fault::of(&error))
            }
        }
    }

    /// The connection. Whoever finds none makes one; the others wait for it.
    async fn line(&self) -> StoreResult<Line> {
        if let Some(known) = self.state().known() {
            return known;
        }
        let _turn = self.connecting.lock().await;
        // Whoever had the turn before has got one, or has learned that there is none.
        if let Some(known) = self.state().known() {
            return known;
        }
        let connected = self.connect().await;
        self.state().settle(connected)
    }

    async fn connect(&self) -> Result<MultiplexedConnection, String> {
        // How long is waited is decided here and by the deadline of each call.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None);
        let connecting = self
            .client
            .get_multiplexed_async_connection_with_config(&config);
        match timeout(CONNECT, connecting).await {
            Ok(connected) => connected.map_err(|error| error.to_string()),
            Err(_) => Err(fault::SILENT.to_owned()),
        }
    }

    /// Uses a connection no more, unless it was replaced already. With a reason, nobody tries for a while.
    fn leave(&self, number: u64, reason: Option<String>) {
        let mut state = self.state();
        if state.count != number || !matches!(state.now, Now::Connected(_)) {
            return;
        }
        match reason {
            Some(reason) => state.fail(reason),
            None => state.now = Now::Unconnected,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The connection or its lack, unless it is time to try.
    fn known(&self) -> Option<StoreResult<Line>> {
        match &self.now {
            Now::Connected(connection) => Some(Ok(Line {
                number: self.count,
                connection: connection.clone(),
            })),
            Now::Away(reason, until) if Instant::now() < *until => Some(Err(fault::away(reason))),
            Now::Away(..) | Now::Unconnected => None,
        }
    }

    fn settle(&mut self, connected: Result<MultiplexedConnection, String>) -> StoreResult<Line> {
        match connected {
            Ok(connection) => {
                tracing::info!("Redis answers");
                self.count += 1;
                self.now = Now::Connected(connection.clone());
                Ok(Line {
                    number: self.count,
                    connection,
                })
            }
            Err(reason) => {
                let fault = fault::away(&reason);
                self.fail(reason);
                Err(fault)
            }
        }
    }

    /// The log hears of each change once.
    fn fail(&mut self, reason: String) {
        if !matches!(self.now, Now::Away(..)) {
            let what = "Redis is away: what needs sessions or limits is UNAVAILABLE";
            tracing::warn!(reason, "{what}");
        }
        self.now = Now::Away(reason, Instant::now() + PAUSE);
    }
}
