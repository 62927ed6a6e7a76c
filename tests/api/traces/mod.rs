//! Traces: whole from the request to each statement, without a word of anybody, and never in the way.

mod collector;
mod costs;

use serde_json::{Value, json};

use crate::corpus;
use crate::logs::every_flow;
use crate::support::Server;

use collector::{Collector, Seen, attribute};

/// Everything is sent, by a server that works on its own outbox.
async fn server(collector: &Collector, more: &[(&str, &str)]) -> Server {
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.base.as_str())];
    Server::with(&[&settings, more].concat()).await
}

/// All spans, after the server's orderly end.
async fn ended(mut server: Server, collector: &Collector) -> Seen {
    server.terminate();
    assert_eq!(server.ended().await.code(), Some(0));
    collector.seen()
}

#[tokio::test]
async fn an_upload_and_a_purchase_are_one_trace_each_from_the_request_to_the_statements() {
    let collector = Collector::start().await;
    let server = server(&collector, &[]).await;
    let (seller, buyer) = (server.member("seller").await, server.member("buyer").await);
    let input = json!({ "title": "a", "forSale": true, "price": 1 });
    let id = seller.put_up(input, corpus::png(16, 16)).await;
    buyer.buy(&id).await.data();
    server.wait_for_outbox().await;
    let seen = ended(server, &collector).await;
    for (operation, verbs) in [
        (
            "uploadImages",
            &["SELECT", "INSERT", "BEGIN", "COMMIT", "objects put"][..],
        ),
        ("buyImage", &["SELECT", "INSERT", "BEGIN", "COMMIT"]),
    ] {
        let trace = seen.trace_of(&format!("graphql {operation}"));
        let roots: Vec<_> = trace
            .iter()
            .filter(|span| span.parent_span_id.is_empty())
            .collect();
        assert_eq!(roots.len(), 1, "{operation}: {roots:?}");
        assert_eq!(roots[0].name, "POST /query");
        assert_eq!(
            attribute(roots[0], "http.response.status_code").as_deref(),
            Some("200")
        );
        assert!(attribute(roots[0], "shotify.request_id").is_some());
        for span in trace.iter().filter(|span| !span.parent_span_id.is_empty()) {
            let parent = trace
                .iter()
                .find(|other| other.span_id == span.parent_span_id);
            assert!(parent.is_some(), "{operation}: {} has no parent", span.name);
        }
        for verb in verbs {
            assert!(
                trace.iter().any(|span| span.name == *verb),
                "{operation}: {verb}"
            );
        }
        let statement = trace.iter().find(|span| span.name == "INSERT").unwrap();
        let text = attribute(statement, "db.query.text").unwrap();
        assert!(text.contains('?'), "{text}");
    }
    assert!(seen.names().contains("job mail"), "{:?}", seen.names());
    seen.assert_every_statement_has_a_reason();
}

/// N1
#[tokio::test]
async fn no_secret_of_any_flow_gets_into_a_trace() {
    let collector = Collector::start().await;
    let server = server(&collector, &[("FAILED_SIGN_INS_PER_ACCOUNT", "4")]).await;
    let canaries = every_flow(&server.guest()).await;
    server.wait_for_outbox().await;
    let seen = ended(server, &collector).await;
    assert!(seen.spans.len() > 100, "{}", seen.spans.len());
    canaries.assert_absent("traces", &seen.text());
    assert!(!seen.text().contains("example.com"));
}

#[tokio::test]
async fn only_a_trusted_proxy_puts_a_request_into_a_trace_of_its_own() {
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    for (proxies, taken) in [("127.0.0.1", true), ("203.0.113.1", false)] {
        let collector = Collector::start().await;
        let server = server(&collector, &[("TRUSTED_PROXIES", proxies)]).await;
        let guest = server.guest();
        let request = guest.request(reqwest::Method::GET, "/schema.graphql");
        guest.send(request.header("traceparent", &parent)).await;
        let seen = ended(server, &collector).await;
        let spans = seen.trace_of("GET /schema.graphql");
        let span = &spans[0];
        assert_eq!(hex::encode(&span.trace_id) == trace, taken, "{proxies}");
        assert_eq!(span.parent_span_id.is_empty(), !taken, "{proxies}");
    }
}

#[tokio::test]
async fn probes_and_polls_are_no_traces_and_unsampled_ones_are_not_sent() {
    for (sampler, sent) in [("always_on", true), ("always_off", false)] {
        let collector = Collector::start().await;
        let server = server(&collector, &[("OTEL_TRACES_SAMPLER", sampler)]).await;
        for path in ["/healthz", "/readyz"] {
            server.guest().get(path).await;
        }
        server.guest().gql("{ __typename }", Value::Null).await;
        let seen = ended(server, &collector).await;
        assert_eq!(!seen.spans.is_empty(), sent, "{sampler}");
        let odd = |name: &&String| name.contains("healthz") || name.contains("readyz");
        assert!(
            !seen.names().iter().any(|name| odd(&name)),
            "{:?}",
            seen.names()
        );
        seen.assert_every_statement_has_a_reason();
    }
}

#[tokio::test]
async fn without_the_variable_nothing_is_sent() {
    let collector = Collector::start().await;
    let server = Server::start().await;
    server.member("anna").await;
    assert!(ended(server, &collector).await.spans.is_empty());
}
