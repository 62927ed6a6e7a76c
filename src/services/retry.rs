//! Trying a whole use case again when another transaction was in its way.

use std::time::Duration;

use crate::ports::store::StoreError;

/// How often a use case is tried.
const ATTEMPTS: u32 = 8;

/// Finds out whether an operation failed only because another one was in the way.
pub trait Contended {
    /// Whether the whole use case may be tried again.
    fn is_contention(&self) -> bool;
}

impl Contended for StoreError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Contention)
    }
}

/// Says of errors of operations that their `Store` variant tells.
macro_rules! contended {
    ($($error:ty),*) => {
        $(impl $crate::services::retry::Contended for $error {
            fn is_contention(&self) -> bool {
                use $crate::services::retry::Contended;
                matches!(self, Self::Store(error) if Contended::is_contention(error))
            }
        })*
    };
}
pub(super) use contended;

/// Runs a whole use case, again while it fails by contention: at most 8 times, waiting a little longer each time.
pub async fn retrying<T, E, F>(mut use_case: impl FnMut() -> F) -> Result<T, E>
where
    E: Contended,
    F: Future<Output = Result<T, E>>,
{
    let mut attempt = 1;
    loop {
        match use_case().await {
            Err(error) if error.is_contention() && attempt < ATTEMPTS => {
                tokio::time::sleep(Duration::from_millis(5 << attempt)).await;
                attempt += 1;
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    async fn failing_first(times: u32) -> (Result<u32, StoreError>, u32) {
        let calls = AtomicU32::new(0);
        let result = retrying(|| async {
            let call = calls.fetch_add(1, Ordering::SeqCst) + 1;
            if call <= times {
                Err(StoreError::Contention)
            } else {
                Ok(call)
            }
        });
        (result.await, calls.load(Ordering::SeqCst))
    }

    /// D4
    #[tokio::test(start_paused = true)]
    async fn contention_is_retried_a_bounded_number_of_times() {
        assert!(matches!(failing_first(3).await, (Ok(4), 4)));
        assert!(matches!(
            failing_first(100).await,
            (Err(StoreError::Contention), ATTEMPTS)
        ));
    }

    /// D4
    #[tokio::test]
    async fn other_faults_are_not_retried() {
        let calls = AtomicU32::new(0);
        let result: Result<(), _> = retrying(|| async {
            calls.fetch_add(1, Ordering::SeqCst);
            Err(StoreError::Unavailable("away".into()))
        })
        .await;
        assert!(matches!(result, Err(StoreError::Unavailable(_))));
        assert_eq!(calls.into_inner(), 1);
    }
}
