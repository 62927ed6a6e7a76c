//! A collector of traces that keeps what it is sent.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tokio::net::TcpListener;

/// A running collector.
pub struct Collector {
    pub base: String,
    taken: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
}

impl Collector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let taken: Arc<Mutex<Vec<ExportTraceServiceRequest>>> = Arc::default();
        let kept = taken.clone();
        let take = async move |headers: HeaderMap, body: Bytes| {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            let request = ExportTraceServiceRequest::decode(body).unwrap();
            kept.lock().unwrap().push(request);
        };
        let router = Router::new().route("/v1/traces", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, taken }
    }

    pub fn seen(&self) -> Seen {
        let requests = self.taken.lock().unwrap().clone();
        let resources = requests.iter().flat_map(|request| &request.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        let spans = scopes.flat_map(|scope| scope.spans.clone()).collect();
        Seen { requests, spans }
    }
}

/// What was sent.
pub struct Seen {
    requests: Vec<ExportTraceServiceRequest>,
    pub spans: Vec<Span>,
}

impl Seen {
    /// Everything, as text.
    pub fn text(&self) -> String {
        format!("{:#?}", self.requests)
    }

    pub fn names(&self) -> BTreeSet<String> {
        self.spans.iter().map(|span| span.name.clone()).collect()
    }

    /// All spans of the first trace with a span of this name.
    #[track_caller]
    pub fn trace_of(&self, name: &str) -> Vec<Span> {
        let one = self.spans.iter().find(|span| span.name == name);
        let one = one.unwrap_or_else(|| panic!("no {name} in {:?}", self.names()));
        let spans = self.spans.iter();
        let spans = spans.filter(|span| span.trace_id == one.trace_id);
        spans.cloned().collect()
    }

    /// Nothing but requests and jobs begins a trace.
    #[track_caller]
    pub fn assert_every_statement_has_a_reason(&self) {
        for root in self
            .spans
            .iter()
            .filter(|span| span.parent_span_id.is_empty())
        {
            let is_request = attribute(root, "http.request.method").is_some();
            assert!(is_request || root.name.starts_with("job "), "{}", root.name);
        }
    }
}

/// An attribute as text.
pub fn attribute(span: &Span, key: &str) -> Option<String> {
    let mut attributes = span.attributes.iter();
    let attribute = attributes.find(|attribute| attribute.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}
