//! A collector that is away, or that never answers.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::net::TcpListener;

use crate::support::Server;

/// Shorter than the collector is waited for.
const SLOW: Duration = Duration::from_millis(500);

/// Sends requests until the server has had to give spans up, and answers with its log after its end.
async fn served_without(endpoint: &str) -> Vec<String> {
    let mut server = Server::with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)]).await;
    let guest = server.guest();
    let end = Instant::now() + Duration::from_secs(30);
    let lost = "shotify_trace_spans_total{outcome=\"failed\"}";
    let mut times = Vec::new();
    while server.counted(lost).await == 0 {
        assert!(Instant::now() < end, "nothing is lost");
        let begun = Instant::now();
        guest.gql("{ __typename }", Value::Null).await.data();
        times.push(begun.elapsed());
    }
    // Another program may hold one of them up, never most of them.
    times.sort();
    assert!(times[times.len() / 2] < SLOW, "{times:?}");
    server.terminate();
    let begun = Instant::now();
    assert_eq!(server.ended().await.code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));
    server.log()
}

fn told(log: &[String]) -> usize {
    let about = |line: &&String| line.contains("the collector of traces takes no spans");
    log.iter().filter(about).count()
}

#[tokio::test]
async fn a_collector_that_is_away_costs_requests_nothing_and_is_told_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let log = served_without(&endpoint).await;
    assert_eq!(told(&log), 1, "{log:#?}");
    let errors = log.iter().filter(|line| line.contains("\"ERROR\"")).count();
    assert_eq!(errors, 0, "{log:#?}");
}

#[tokio::test]
async fn a_collector_that_never_answers_costs_requests_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    assert_eq!(told(&served_without(&endpoint).await), 1);
}
