//! `/query` over a small schema, to be spoken to without a network, and what an answer of it may look like.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::{
    EmptySubscription, InputObject, Object, Request as GraphqlRequest, Response, Schema,
    SimpleObject, Upload,
};
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header, request::Parts};
use http_body_util::BodyExt;
use serde_json::Value;
use shotify::http::transport::{Executor, TransportConfig, finish, routes};
use shotify::ports::persisted::PersistedQueries;
use shotify::ports::store::StoreResult;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// Bytes of an answer that refuses.
const MOST_BYTES: usize = 20_000;
const MARK: &str = "#__graphql_file__:";

#[derive(SimpleObject)]
struct Image {
    id: i32,
    labels: Vec<String>,
}

#[derive(InputObject)]
struct Search {
    title: Option<String>,
    image: Option<Upload>,
    all: Option<Vec<Search>>,
}

struct User;

#[Object]
impl User {
    async fn id(&self) -> i32 {
        7
    }
    async fn me(&self) -> User {
        User
    }
    async fn images(
        &self,
        first: Option<i32>,
        input: Option<Search>,
    ) -> async_graphql::Result<Vec<Image>> {
        let _ = input.map(|search| (search.title, search.image.is_some(), search.all.is_some()));
        let size = first.unwrap_or(1);
        if !(1..=3).contains(&size) {
            return Err(async_graphql::Error::new("first must be 1 to 3"));
        }
        Ok((0..size)
            .map(|id| Image {
                id,
                labels: vec!["a".to_owned()],
            })
            .collect())
    }
    async fn fails(&self) -> async_graphql::Result<Option<bool>> {
        Err(async_graphql::Error::new("SELECT secret FROM users"))
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn upload(&self, files: Vec<Upload>) -> usize {
        files.len()
    }
    async fn touch(&self) -> bool {
        true
    }
}

struct Plain {
    schema: Schema<User, Mutation, EmptySubscription>,
    executed: AtomicUsize,
}

#[async_trait]
impl Executor for Plain {
    async fn execute(&self, request: GraphqlRequest, _: &Parts) -> Response {
        self.executed.fetch_add(1, Ordering::SeqCst);
        // Each file stands in one place, and each mark is that of a file.
        let variables = serde_json::to_string(&request.variables).expect("variables are JSON");
        assert!(
            variables.matches(MARK).count() <= request.uploads.len(),
            "{variables}"
        );
        self.schema.execute(request).await
    }
}

struct Forgetful;

#[async_trait]
impl PersistedQueries for Forgetful {
    async fn get(&self, _: &str) -> StoreResult<Option<Arc<str>>> {
        Ok(None)
    }
    async fn put(&self, _: &str, _: &str) -> StoreResult<()> {
        Ok(())
    }
}

struct Service {
    runtime: Runtime,
    plain: Arc<Plain>,
    router: Router,
    spool: TempDir,
}

fn service() -> &'static Service {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    SERVICE.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let schema = Schema::build(User, Mutation, EmptySubscription).finish();
        let plain = Arc::new(Plain {
            schema,
            executed: AtomicUsize::new(0),
        });
        let spool = TempDir::new().expect("a folder for files");
        let mut config = TransportConfig::new(spool.path().to_owned(), true);
        config.deadline = Duration::from_secs(10);
        config.max_files = 4;
        config.max_file_bytes = 4 * 1024;
        config.max_request_bytes = 64 * 1024;
        config.json_bytes = 32 * 1024;
        let router = routes(plain.clone(), config, Arc::new(Forgetful));
        Service {
            runtime: runtime.expect("a runtime"),
            plain,
            router,
            spool,
        }
    })
}

/// Runs on the targets' runtime.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    service().runtime.block_on(work)
}

/// Sends a body and judges the answer: well formed, no fault of the server, short where it refuses, and nothing ran then.
pub fn post(content_type: &str, body: Vec<u8>) {
    let service = service();
    let before = service.plain.executed.load(Ordering::SeqCst);
    let request = Request::post("/query")
        .header(header::CONTENT_TYPE, content_type)
        .body(Body::from(body));
    let (status, text) = service.runtime.block_on(async {
        let answer = service
            .router
            .clone()
            .oneshot(request.expect("a request"))
            .await;
        let (parts, body) = answer.expect("the routes always answer").into_parts();
        (
            parts.status,
            body.collect()
                .await
                .expect("the answer is whole")
                .to_bytes(),
        )
    });
    let answer: Value = serde_json::from_slice(&text).expect("the answer is JSON");
    let executed = service.plain.executed.load(Ordering::SeqCst) - before;
    let told = format!("{status} {:.300}", answer.to_string());
    assert!(
        status == StatusCode::OK || (status.is_client_error() && executed == 0),
        "{told}"
    );
    assert!(executed == 1 || answer.get("errors").is_some(), "{told}");
    assert!(executed <= 1, "{told}");
    if answer.get("data").is_none() {
        assert!(text.len() < MOST_BYTES, "{} bytes: {told}", text.len());
    }
    let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
    assert!(errors.len() <= 10, "{told}");
    for error in errors {
        assert!(
            error["extensions"]["code"].is_string()
                && error["message"] != "SELECT secret FROM users",
            "{told}"
        );
    }
    let left = service
        .spool
        .path()
        .read_dir()
        .expect("the folder is there")
        .count();
    assert_eq!(left, 0, "a file is left behind: {told}");
}

/// A document on the schema, without HTTP around it.
pub fn execute(request: GraphqlRequest) {
    let answer = finish(wait(service().plain.schema.execute(request)), true);
    assert!(answer.errors.len() <= 10);
    let errors = serde_json::to_vec(&answer.errors).expect("errors are JSON");
    assert!(
        errors.len() < MOST_BYTES,
        "{} bytes of errors",
        errors.len()
    );
}
