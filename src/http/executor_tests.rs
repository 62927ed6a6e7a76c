use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Schema};
use axum::extract::ConnectInfo;
use tokio::sync::Notify;

use super::*;
use crate::domain::timestamp::Timestamp;
use crate::graphql::codes::code_of;
use crate::graphql::context::{Caller, Cookie};
use crate::http::client_address::TrustedProxies;
use crate::http::origin::Sites;
use crate::http::session::SessionCookies;
use crate::services::auth::SignedIn;

/// Answers with what the executor found out, and does to the session what it is told.
struct Query;

#[Object]
impl Query {
    async fn caller(&self, ctx: &Context<'_>) -> String {
        let caller = ctx.data_unchecked::<Caller>();
        let cookie = match &caller.cookie {
            Cookie::Absent => "absent",
            Cookie::Broken => "broken",
            Cookie::Tokens { access, .. } => access,
        };
        let csrf = caller.csrf.as_deref().unwrap_or("none");
        format!("{} {cookie} {csrf} {}", caller.address, caller.same_site)
    }

    async fn sign_in(&self, ctx: &Context<'_>) -> bool {
        ctx.data_unchecked::<Caller>().sign_in(session("fresh"));
        true
    }

    async fn sign_out(&self, ctx: &Context<'_>) -> bool {
        ctx.data_unchecked::<Caller>().sign_out();
        true
    }

    /// Awaits, because resolvers are asynchronous.
    async fn refused(&self) -> async_graphql::Result<bool> {
        std::future::ready(Err("no".into())).await
    }

    async fn wait(&self, ctx: &Context<'_>) -> bool {
        ctx.data_unchecked::<Arc<AtomicBool>>()
            .store(true, Ordering::SeqCst);
        ctx.data_unchecked::<Arc<Notify>>().notified().await;
        true
    }
}

fn session(access: &str) -> SignedIn {
    SignedIn {
        access: access.to_owned(),
        refresh: "refresh".to_owned(),
        csrf: "csrf-token".to_owned(),
        expires: Timestamp::from_seconds(1_900_000_000),
    }
}

fn cookies(secrets: &[&str]) -> SessionCookies {
    SessionCookies::new(secrets, "development", false)
}

type TestSchema = Schema<Query, EmptyMutation, EmptySubscription>;

fn executor(concurrent: usize) -> (SchemaExecutor<TestSchema>, Arc<Notify>, Arc<AtomicBool>) {
    let (notify, waiting) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription)
        .data(Arc::clone(&notify))
        .data(Arc::clone(&waiting))
        .finish();
    let visitors = Visitors {
        cookies: cookies(&["new", "old"]),
        sites: Sites::new("https://shop.example".to_owned(), vec![]),
        proxies: TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]),
    };
    let executor = SchemaExecutor::new(schema, Arc::new(visitors), concurrent);
    (executor, notify, waiting)
}

fn sealed(key: &str, access: &str) -> String {
    let header = cookies(&[key]).seal(&session(access)).unwrap();
    header
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

fn parts(headers: &[(&str, &str)]) -> Parts {
    let peer = SocketAddr::from(([10, 0, 0, 1], 4711));
    let mut request = axum::http::Request::builder().extension(ConnectInfo(peer));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

async fn run(query: &str, headers: &[(&str, &str)]) -> Response {
    executor(8)
        .0
        .execute(Request::new(query), &parts(headers))
        .await
}

async fn caller(headers: &[(&str, &str)]) -> String {
    let data = run("{ caller }", headers).await.data.into_json().unwrap();
    data["caller"].as_str().unwrap().to_owned()
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response
        .http_headers
        .get(name)
        .map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn resolvers_learn_who_sends_a_request() {
    assert_eq!(caller(&[]).await, "10.0.0.1 absent none true");
    let cookie = sealed("new", "mine");
    let headers = [
        ("cookie", cookie.as_str()),
        ("x-csrf-token", "t"),
        ("x-forwarded-for", "192.0.2.7"),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_eq!(caller(&headers).await, "192.0.2.7 mine t false");
    assert_eq!(
        caller(&[("cookie", "shotify=x")]).await,
        "10.0.0.1 broken none true"
    );
}

#[tokio::test]
async fn a_new_session_comes_as_cookie_and_csrf_token() {
    let response = run("{ signIn }", &[]).await;
    let cookie = header(&response, "set-cookie").unwrap();
    assert!(
        cookie.starts_with("shotify=") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
    assert_eq!(header(&response, "x-csrf-token"), Some("csrf-token"));
    let sent = cookie.split(';').next().unwrap();
    assert_eq!(
        caller(&[("cookie", sent)]).await,
        "10.0.0.1 fresh none true"
    );
}

#[tokio::test]
async fn signing_out_clears_the_cookie() {
    let cookie = sealed("new", "mine");
    let response = run("{ signOut }", &[("cookie", &cookie)]).await;
    assert!(
        header(&response, "set-cookie")
            .unwrap()
            .contains("Max-Age=0")
    );
    assert_eq!(header(&response, "x-csrf-token"), None);
}

#[tokio::test]
async fn a_refused_request_never_touches_the_cookie() {
    for cookie in [sealed("new", "mine"), "shotify=broken".to_owned()] {
        let response = run("{ refused }", &[("cookie", &cookie)]).await;
        assert!(!response.errors.is_empty());
        assert_eq!(header(&response, "set-cookie"), None, "{cookie}");
    }
}

/// F3
#[tokio::test]
async fn a_cookie_under_an_old_key_is_sealed_anew() {
    let cookie = sealed("old", "mine");
    let response = run("{ caller }", &[("cookie", &cookie)]).await;
    let renewed = header(&response, "set-cookie").unwrap();
    let renewed = renewed.split(';').next().unwrap();
    assert_eq!(
        caller(&[("cookie", renewed)]).await,
        "10.0.0.1 mine none true"
    );
    let again = run("{ caller }", &[("cookie", renewed)]).await;
    assert_eq!(header(&again, "set-cookie"), None);
}

/// L3
#[tokio::test(start_paused = true)]
async fn one_too_many_is_sent_away_and_told_when_to_come_back() {
    let (executor, notify, waiting) = executor(1);
    let executor = Arc::new(executor);
    let first = {
        let executor = Arc::clone(&executor);
        tokio::spawn(async move {
            executor
                .execute(Request::new("{ wait }"), &parts(&[]))
                .await
        })
    };
    while !waiting.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    let second = executor
        .execute(Request::new("{ caller }"), &parts(&[]))
        .await;
    assert_eq!(code_of(&second.errors[0]), Some(Code::Unavailable));
    notify.notify_one();
    assert!(first.await.unwrap().errors.is_empty());
    let third = executor
        .execute(Request::new("{ caller }"), &parts(&[]))
        .await;
    assert!(third.errors.is_empty());
}

/// L3
#[tokio::test(start_paused = true)]
async fn so_many_may_wait_and_the_next_is_sent_away_without_waiting() {
    let (executor, notify, waiting) = executor(1);
    let executor = Arc::new(executor);
    let run = |query: &'static str| {
        let executor = Arc::clone(&executor);
        tokio::spawn(async move { executor.execute(Request::new(query), &parts(&[])).await })
    };
    let first = run("{ wait }");
    while !waiting.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    let second = run("{ caller }");
    tokio::task::yield_now().await;
    let began = tokio::time::Instant::now();
    let third = run("{ caller }").await.unwrap();
    assert_eq!(code_of(&third.errors[0]), Some(Code::Unavailable));
    assert!(began.elapsed().is_zero());
    notify.notify_one();
    assert!(first.await.unwrap().errors.is_empty());
    assert!(second.await.unwrap().errors.is_empty());
}
