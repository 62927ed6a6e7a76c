//! Counts what a limiter refuses, by what it is that happens too often.

use std::sync::Arc;

use async_trait::async_trait;

use crate::observe::table;
use crate::ports::rate_limit::{Quota, RateLimiter, Taken};
use crate::ports::store::StoreResult;

/// Another limiter, watched.
pub struct MeasuredLimiter(pub Arc<dyn RateLimiter>);

#[async_trait]
impl RateLimiter for MeasuredLimiter {
    async fn take(&self, key: &str, quota: Quota) -> StoreResult<Taken> {
        let taken = self.0.take(key, quota).await?;
        if taken != Taken::Allowed {
            table::RATE_LIMITED.with([subject(key)]).increment(1);
        }
        Ok(taken)
    }

    async fn give_back(&self, key: &str) -> StoreResult<()> {
        self.0.give_back(key).await
    }
}

/// What a key is about: services put it in front, and what comes behind is somebody's.
fn subject(key: &str) -> &'static str {
    match key.split(':').next().unwrap_or_default() {
        "sign-in-from" => "sign_in_from",
        "sign-in-to" => "sign_in_to",
        "current-password" => "current_password",
        "mail-from" => "mail_from",
        "mail-to-confirm" => "mail_to_confirm",
        "mail-to-reset" => "mail_to_reset",
        "label" => "label",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;
    use crate::ports::rate_limit::MockRateLimiter;

    fn refusing() -> MeasuredLimiter {
        let mut limiter = MockRateLimiter::new();
        let retry_after = std::time::Duration::from_secs(1);
        let denied = move |_: &str, _| Ok(Taken::Denied { retry_after });
        limiter.expect_take().returning(denied);
        MeasuredLimiter(Arc::new(limiter))
    }

    /// N1
    #[test]
    fn a_refusal_is_counted_by_its_subject_and_not_by_whom_it_met() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        metrics::with_local_recorder(&recorder, || {
            runtime.unwrap().block_on(async {
                let quota = Quota {
                    limit: 1,
                    window: std::time::Duration::from_secs(1),
                };
                for number in 0..1000 {
                    let key = format!("sign-in-to:{number}");
                    refusing().take(&key, quota).await.unwrap();
                    let key = format!("made-up-{number}:x");
                    refusing().take(&key, quota).await.unwrap();
                }
            });
        });
        let text = recorder.handle().render();
        let mut series: Vec<&str> = text.lines().filter(|line| line.contains('{')).collect();
        series.sort_unstable();
        assert_eq!(
            series,
            [
                "shotify_rate_limit_refusals_total{limit=\"other\"} 1000",
                "shotify_rate_limit_refusals_total{limit=\"sign_in_to\"} 1000",
            ]
        );
    }
}
