//! What the log says, and what it does not.

use std::time::Duration;

use super::*;
use crate::services::testing::Log;

/// S6 N1 N2
#[tokio::test]
async fn what_matters_for_security_is_logged_without_secrets_and_addresses() {
    let log = Log::default();
    let listening = log.listen();
    let bench = Bench::new();
    let wrong = bench.try_sign_in(ANNA, "wr0ng-secret").await;
    assert_eq!(kind(wrong), "Refused");
    let first = bench.anna_signs_in().await;
    let second = bench.auth.refresh(&first.refresh).await.unwrap();
    let viewer = bench.viewer(&second).await.unwrap();
    bench.clock.advance(Duration::from_mins(1));
    let reuse = bench.auth.refresh(&first.refresh).await;
    assert_eq!(kind(reuse), "Ended");
    bench.auth.request_reset(ANNA, HOME).await.unwrap();
    bench.auth.sign_out_everywhere(&viewer).await.unwrap();
    drop(listening);
    let text = log.text();
    for event in [
        "sign_in_failed",
        "signed_in",
        "refresh_token_reuse",
        "reset_requested",
        "signed_out_everywhere",
    ] {
        let field = format!("\"event\":\"{event}\"");
        assert_eq!(text.matches(&field).count(), 1, "{event} in {text}");
    }
    let session = hex::encode(viewer.session.0);
    for secret in [ANNA, "wr0ng-secret", Account::PASSWORD, &session] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
