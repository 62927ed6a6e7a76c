//! `/healthz`: the process lives. `/readyz`: it can work.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::problem::unavailable;
use crate::ports::store::Store;

/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the server should be sent requests.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Now.
    async fn ready(&self) -> bool;
}

/// Ready while the store answers and the server is not about to end.
pub struct StoreReadiness {
    store: Arc<dyn Store>,
    ending: CancellationToken,
}

impl StoreReadiness {
    /// `ending` is cancelled when the server begins to end.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, ending: CancellationToken) -> Self {
        Self { store, ending }
    }
}

#[async_trait]
impl Readiness for StoreReadiness {
    async fn ready(&self) -> bool {
        if self.ending.is_cancelled() {
            return false;
        }
        matches!(timeout(PATIENCE, self.store.ping()).await, Ok(Ok(())))
    }
}

/// Both paths.
pub fn routes<S: Clone + Send + Sync + 'static>(readiness: Arc<dyn Readiness>) -> Router<S> {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(readiness)
}

async fn ready(State(readiness): State<Arc<dyn Readiness>>) -> Response {
    if readiness.ready().await {
        "ready\n".into_response()
    } else {
        unavailable()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::embeddings::EmbeddingReader;
    use crate::ports::products::ProductReader;
    use crate::ports::sales::SaleReader;
    use crate::ports::store::{StoreError, StoreResult, UnitOfWork};
    use crate::ports::users::UserReader;
    use crate::services::testing::FakeStore;

    /// Answers a ping with an error, or never.
    struct Away {
        silent: bool,
        inner: FakeStore,
    }

    #[async_trait]
    impl Store for Away {
        async fn begin(&self) -> StoreResult<Box<dyn UnitOfWork>> {
            self.inner.begin().await
        }
        fn users(&self) -> &dyn UserReader {
            self.inner.users()
        }
        fn products(&self) -> &dyn ProductReader {
            self.inner.products()
        }
        fn sales(&self) -> &dyn SaleReader {
            self.inner.sales()
        }
        fn embeddings(&self) -> &dyn EmbeddingReader {
            self.inner.embeddings()
        }
        async fn ping(&self) -> StoreResult<()> {
            if self.silent {
                std::future::pending::<()>().await;
            }
            Err(StoreError::Unavailable("away".into()))
        }
    }

    /// L1
    #[tokio::test]
    async fn a_server_about_to_end_is_not_ready() {
        let ending = CancellationToken::new();
        let readiness = StoreReadiness::new(Arc::new(FakeStore::default()), ending.clone());
        assert!(readiness.ready().await);
        ending.cancel();
        assert!(!readiness.ready().await);
    }

    /// D7
    #[tokio::test(start_paused = true)]
    async fn a_server_whose_store_is_away_is_not_ready() {
        for silent in [false, true] {
            let inner = FakeStore::default();
            let store = Arc::new(Away { silent, inner });
            assert!(
                !StoreReadiness::new(store, CancellationToken::new())
                    .ready()
                    .await
            );
        }
    }
}
