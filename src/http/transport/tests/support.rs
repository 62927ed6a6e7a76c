use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{
    Context, EmptySubscription, Error, InputObject, Object, Result, Schema, Upload,
};
use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header, request::Parts},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::super::{Executor, TransportConfig, routes};
use super::persisted::Notebook;
use crate::graphql::codes::{Code, ErrorDetails, error};
use crate::ports::persisted::PersistedQueries;

pub(super) struct Query;

const LONG_TEXT: &str = include_str!("support.rs");

#[derive(InputObject)]
struct Search {
    title: Option<String>,
    image: Option<Upload>,
}

#[derive(InputObject)]
struct NewImage {
    title: String,
    file: Upload,
}

fn content(ctx: &Context<'_>, upload: Upload) -> Result<String> {
    let upload = upload.value(ctx)?;
    let name = format!("{}/{:?}", upload.filename, upload.content_type);
    let mut text = String::new();
    upload.into_read().read_to_string(&mut text)?;
    Ok(format!("{name}: {text}"))
}

#[Object]
impl Query {
    async fn hello(&self) -> &'static str {
        "world"
    }
    async fn itself(&self) -> Query {
        Query
    }
    async fn double(&self, number: f64) -> f64 {
        number * 2.0
    }
    async fn count(&self, items: Vec<i32>) -> usize {
        items.len()
    }
    async fn images(&self, ctx: &Context<'_>, input: Search) -> Result<String> {
        let title = input.title.unwrap_or_default();
        match input.image {
            Some(image) => Ok(title + &content(ctx, image)?),
            None => Ok(title),
        }
    }
    async fn nothing(&self, code: String, retry_after: Option<u64>) -> Result<Option<bool>> {
        let mut error = error(Code::parse(&code).unwrap(), "No.").with_field("input.0.price");
        if let Some(seconds) = retry_after {
            error = error.with_retry_after(seconds);
        }
        Err(error)
    }
    async fn required(&self) -> Result<bool> {
        Err(error(Code::NotFound, "There is no such thing."))
    }
    async fn secret(&self) -> Result<Option<bool>> {
        Err(Error::new("SELECT password FROM users at /srv/db.sqlite"))
    }
    async fn panics(&self) -> bool {
        u8::try_from(LONG_TEXT.len()).expect("at the resolver") > 0
    }
    async fn hangs(&self) -> bool {
        std::future::pending().await
    }
    async fn signs_in(&self, ctx: &Context<'_>) -> bool {
        ctx.append_http_header(header::SET_COOKIE, "a=1");
        ctx.append_http_header(header::SET_COOKIE, "b=2");
        ctx.insert_http_header("x-csrf-token", "token");
        true
    }
}

#[derive(Default, Clone)]
pub(super) struct Effects(Arc<AtomicUsize>);

pub(super) struct Mutation;

#[Object]
impl Mutation {
    async fn touch(&self, ctx: &Context<'_>) -> Result<usize> {
        Ok(ctx.data::<Effects>()?.0.fetch_add(1, Ordering::SeqCst) + 1)
    }
    async fn upload(&self, ctx: &Context<'_>, input: Vec<NewImage>) -> Result<Vec<String>> {
        let one = |image: NewImage| Ok(image.title + "=" + &content(ctx, image.file)?);
        input.into_iter().map(one).collect()
    }
    async fn avatar(&self, ctx: &Context<'_>, file: Upload) -> Result<String> {
        content(ctx, file)
    }
}

struct Plain(Schema<Query, Mutation, EmptySubscription>);

#[async_trait]
impl Executor for Plain {
    async fn execute(
        &self,
        request: async_graphql::Request,
        parts: &Parts,
    ) -> async_graphql::Response {
        assert_eq!(parts.uri.path(), "/query");
        self.0.execute(request).await
    }
}

/// The routes over the test schema.
pub(super) struct Server {
    pub(super) router: Router,
    pub(super) spool: TempDir,
    effects: Effects,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) json: Value,
}

impl Answer {
    /// The code of its first error; that error's status stands beside it.
    pub(super) fn code(&self) -> &str {
        let extensions = &self.json["errors"][0]["extensions"];
        let code = extensions["code"]
            .as_str()
            .unwrap_or_else(|| panic!("{}", self.json));
        assert_eq!(extensions["status"], Code::parse(code).unwrap().status());
        code
    }

    pub(super) fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.code(), code, "{}", self.json);
        assert_eq!(self.status.as_u16(), status, "{}", self.json);
    }

    pub(super) fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl Server {
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut TransportConfig)) -> Self {
        Self::made(change, Arc::new(Notebook::default()))
    }

    /// With this keeper of persisted queries.
    pub(super) fn keeping(queries: Arc<dyn PersistedQueries>) -> Self {
        Self::made(|_| {}, queries)
    }

    fn made(change: impl FnOnce(&mut TransportConfig), queries: Arc<dyn PersistedQueries>) -> Self {
        let effects = Effects::default();
        let schema = Schema::build(Query, Mutation, EmptySubscription).data(effects.clone());
        let spool = TempDir::new().unwrap();
        let mut config = TransportConfig::new(spool.path().to_owned(), true);
        config.deadline = Duration::from_secs(10);
        change(&mut config);
        Self {
            router: routes(Arc::new(Plain(schema.finish())), config, queries),
            spool,
            effects,
        }
    }

    /// How often the mutation `touch` ran.
    pub(super) fn effects(&self) -> usize {
        self.effects.0.load(Ordering::SeqCst)
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        assert_eq!(parts.headers[header::CACHE_CONTROL], "no-store");
        Answer {
            status: parts.status,
            headers: parts.headers,
            json: serde_json::from_slice(&bytes).unwrap_or_default(),
        }
    }

    pub(super) async fn post(&self, content_type: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post("/query").header(header::CONTENT_TYPE, content_type);
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(super) async fn json(&self, body: Value) -> Answer {
        self.post("application/json", body.to_string()).await
    }

    pub(super) async fn query(&self, query: &str) -> Answer {
        self.json(json!({ "query": query })).await
    }

    /// The same, asking for the media type with status codes of its own.
    pub(super) async fn strict(&self, query: &str) -> Answer {
        let request = Request::post("/query")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json");
        let body = json!({ "query": query }).to_string();
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(super) async fn get(&self, pairs: &[(&str, &str)]) -> Answer {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let uri = format!("/query?{}", query.extend_pairs(pairs).finish());
        self.send(Request::get(uri).body(Body::empty()).unwrap())
            .await
    }

    /// A form of text parts (`operations`, `map`) and files, in this order.
    pub(super) async fn form(&self, parts: &[(&str, &str)]) -> Answer {
        self.post("multipart/form-data; boundary=edge", form(parts))
            .await
    }
}

/// Parts whose names are no words of the specification are files.
pub(super) fn form(parts: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, content) in parts {
        let file = match *name {
            "operations" | "map" => "",
            _ => "; filename=\"../../etc/passwd\"\r\nContent-Type: image/png",
        };
        text += "--edge\r\nContent-Disposition: form-data; name=\"";
        for piece in [*name, "\"", file, "\r\n\r\n", *content, "\r\n"] {
            text += piece;
        }
    }
    text + "--edge--\r\n"
}
