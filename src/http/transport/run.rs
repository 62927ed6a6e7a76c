//! From parameters to a response: document, guard, execution under a deadline.

use std::{panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{
    Request, Response, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};
use axum::http::request::Parts;
use futures::FutureExt;
use serde_json::Value;
use tokio::time::timeout;
use tracing::{Instrument as _, Span, field::Empty};

use super::{
    Executor, TransportConfig,
    body::Body,
    document, finish,
    gate::Gate,
    persisted,
    receive::Incoming,
    refusal::{Refusal, Reply},
    uploads,
};
use crate::graphql::{
    codes::{Code, server_error},
    count, guard,
};
use crate::ports::{persisted::PersistedQueries, traces::TARGET};

/// What the HTTP method allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    Everything,
    Queries,
}

pub(super) struct Transport {
    executor: Arc<dyn Executor>,
    pub(super) config: TransportConfig,
    pub(super) gate: Gate,
    queries: Arc<dyn PersistedQueries>,
}

impl Transport {
    pub(super) fn new(
        executor: Arc<dyn Executor>,
        config: TransportConfig,
        queries: Arc<dyn PersistedQueries>,
    ) -> Self {
        Self {
            executor,
            gate: Gate::new(&config),
            config,
            queries,
        }
    }

    /// A body that is yet to come.
    pub(super) fn body(&self, body: axum::body::Body, parts: &Parts) -> Body {
        let client = self.config.proxies.client_of(parts);
        Body::new(body, client, &self.gate, &self.config)
    }

    pub(super) async fn run(&self, incoming: Incoming, parts: &Parts, allowed: Allowed) -> Reply {
        let (request, operation) = match self.prepare(incoming, allowed).await {
            Ok(prepared) => prepared,
            Err(refusal) => return refusal.into(),
        };
        let span = tracing::info_span!(
            target: TARGET,
            "graphql",
            otel.name = format!("graphql {operation}"),
            otel.status_code = Empty,
            graphql.root_field = operation,
            shotify.code = Empty,
        );
        let executed = self.execute(request, parts).instrument(span.clone()).await;
        let response = finish(executed, self.config.introspection);
        tell(&span, count::code(&response));
        Reply {
            response,
            operation,
            refused: false,
        }
    }

    /// What is executed, and what it is counted as.
    async fn prepare(
        &self,
        incoming: Incoming,
        allowed: Allowed,
    ) -> Result<(Request, &'static str), Refusal> {
        let mut params = incoming.params;
        let found = persisted::find(params.query, &mut params.extensions, &*self.queries);
        let found = found.await?;
        let mut document = guard::check_document(&found.document, &self.config.guard)?;
        let variables = Variables::from_json(Value::Object(params.variables));
        let selected = document::selected(&document, params.operation_name.as_deref());
        self.check(&document, selected, allowed)?;
        let operation = count::operation(&document, selected);
        require_variables(selected, &variables)?;
        uploads::refuse_markers_in_document(&mut document)?;
        uploads::inline(&mut document, &variables);
        if let Some(hash) = found.keep_as {
            persisted::keep(&hash, &found.document, &*self.queries).await;
        }
        let mut request = Request::new(found.document).variables(variables);
        request.operation_name = params.operation_name;
        request.uploads = incoming.files;
        request.extensions = serde_json::from_value(Value::Object(params.extensions))
            .map_err(|_| Refusal::input("\"extensions\" cannot be read.").at("extensions"))?;
        request.set_parsed_query(document);
        if self.config.introspection {
            return Ok((request, operation));
        }
        Ok((request.disable_introspection(), operation))
    }

    fn check(
        &self,
        document: &ExecutableDocument,
        selected: Option<&OperationDefinition>,
        allowed: Allowed,
    ) -> Result<(), Refusal> {
        let is_query = selected.is_none_or(|selected| selected.ty == OperationType::Query);
        if allowed == Allowed::Queries && !is_query {
            return Err(Refusal::new(
                Code::MethodNotAllowed,
                "Only queries can be sent by GET.",
            ));
        }
        if !self.config.introspection && guard::asks_for_introspection(document) {
            let message = "The schema cannot be asked for on this server.";
            return Err(Refusal::new(Code::GraphqlValidationFailed, message));
        }
        Ok(())
    }

    async fn execute(&self, request: Request, parts: &Parts) -> Response {
        let execution = AssertUnwindSafe(self.executor.execute(request, parts)).catch_unwind();
        match timeout(self.config.deadline, execution).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => {
                tracing::error!("a resolver panicked");
                let error = server_error(Code::Internal, finish::INTERNAL);
                Response::from_errors(vec![error])
            }
            Err(_) => {
                let message = "The request took too long and was given up.";
                Response::from_errors(vec![server_error(Code::Unavailable, message)])
            }
        }
    }
}

/// A client's mistake is no failure of the server's.
fn tell(span: &Span, code: &'static str) {
    span.record("shotify.code", code);
    if matches!(Code::parse(code), Some(code) if code.status() >= 500) {
        span.record("otel.status_code", "ERROR");
    }
}

/// async-graphql notices a missing variable only where a field needs it, by then others ran.
fn require_variables(
    selected: Option<&OperationDefinition>,
    variables: &Variables,
) -> Result<(), Refusal> {
    let definitions = selected.map_or(&[][..], |selected| &selected.variable_definitions);
    for definition in definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        let given = match variables.get(name) {
            Some(value) => *value != async_graphql::Value::Null,
            None => definition.node.default_value.is_some(),
        };
        if !ty.nullable && !given {
            let message = format!("The variable ${name} of type {ty} needs a value.");
            let refusal = Refusal::new(Code::GraphqlValidationFailed, message);
            return Err(refusal.at(&format!("variables.{name}")));
        }
    }
    Ok(())
}
