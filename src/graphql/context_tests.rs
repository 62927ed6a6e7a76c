//! Who is let in, by tiny documents against services that are mocks.

use std::sync::Arc;

use async_graphql::{Request, Response};
use mockall::predicate::{always, eq};
use serde_json::{Value, json};

use super::*;
use crate::domain::id::UserId;
use crate::domain::session::SessionId;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::Role;
use crate::graphql::{AnswerLimits, build};
use crate::services::auth::MockAuthService;
use crate::services::media::MockMediaService;
use crate::services::products::MockProductsService;
use crate::services::sales::MockSalesService;
use crate::services::testing::Log;
use crate::services::users::MockUsersService;

const VIEWER: Viewer = Viewer {
    user: UserId::new(7),
    role: Role::User,
    session: SessionId([1; 16]),
};

fn cookie() -> Cookie {
    Cookie::Tokens {
        access: "access".into(),
        refresh: "refresh".into(),
    }
}

fn caller(cookie: Cookie, csrf: Option<&str>, same_site: bool) -> Caller {
    let address = IpAddr::from([192, 0, 2, 1]);
    Caller::new(address, cookie, csrf.map(str::to_owned), same_site)
}

/// Somebody with a good session and its CSRF token.
fn member() -> Caller {
    caller(cookie(), Some("csrf"), true)
}

fn signed_in() -> SignedIn {
    SignedIn {
        access: "new access".into(),
        refresh: "new refresh".into(),
        csrf: "new csrf".into(),
        expires: Timestamp::from_seconds(1),
    }
}

/// `access` speaks for the viewer, once looked up; `csrf` is the session's.
fn live_session() -> MockAuthService {
    let mut auth = MockAuthService::new();
    let lookup = auth.expect_authenticate().times(1).with(eq("access"));
    lookup.returning(|_| Ok(Some(VIEWER)));
    let compare = auth.expect_csrf_matches().with(eq(VIEWER), always());
    compare.returning(|_, token| token == "csrf");
    auth
}

fn dead_session() -> MockAuthService {
    let mut auth = MockAuthService::new();
    auth.expect_authenticate().returning(|_| Ok(None));
    auth
}

async fn run(
    auth: MockAuthService,
    users: MockUsersService,
    caller: Caller,
    document: &str,
) -> Response {
    let services = Services {
        auth: Arc::new(auth),
        users: Arc::new(users),
        products: Arc::new(MockProductsService::new()),
        sales: Arc::new(MockSalesService::new()),
        media: Arc::new(MockMediaService::new()),
    };
    let limits = AnswerLimits {
        objects: 1000,
        fields: 1000,
    };
    let schema = build(services, limits);
    schema.execute(Request::new(document).data(caller)).await
}

/// The path and the code of each error.
fn refusals(response: &Response) -> Vec<(String, Value)> {
    let errors = serde_json::to_value(&response.errors).unwrap();
    let errors = errors.as_array().unwrap().iter();
    errors
        .map(|error| {
            let path = error["path"][0].as_str().unwrap_or_default();
            (path.to_owned(), error["extensions"]["code"].clone())
        })
        .collect()
}

/// Runs a document that must stop at its door: no service but the session's may be asked.
async fn refused(auth: MockAuthService, caller: Caller, document: &str) -> Value {
    let response = run(auth, MockUsersService::new(), caller, document).await;
    let [(_, code)] = &refusals(&response)[..] else {
        panic!("{document}: {:?}", response.errors)
    };
    code.clone()
}

const OF_MEMBERS: [&str; 5] = [
    "{ users { id } }",
    "{ images { id } }",
    "{ sales { id } }",
    r#"mutation { buyImage(id: "1") { id } }"#,
    r"mutation { logout }",
];

const OF_GUESTS: [&str; 4] = [
    r#"mutation { login(input: {email: "a@example.com", password: "x"}) }"#,
    "mutation { refresh }",
    r#"mutation { requestPasswordReset(email: "a@example.com") }"#,
    r#"mutation { validateUser(validationToken: "x") }"#,
];

#[tokio::test]
async fn the_viewer_is_looked_up_once() {
    let (auth, caller) = (live_session(), member());
    let both = futures::join!(caller.viewer(&auth), caller.viewer(&auth));
    assert_eq!(both.0.unwrap(), Some(VIEWER));
    assert_eq!(both.1.unwrap(), Some(VIEWER));
    assert_eq!(caller.viewer(&auth).await.unwrap(), Some(VIEWER));
}

#[tokio::test]
async fn a_dead_session_is_looked_up_once_too() {
    let mut auth = MockAuthService::new();
    auth.expect_authenticate().times(1).returning(|_| Ok(None));
    let caller = member();
    assert_eq!(caller.viewer(&auth).await.unwrap(), None);
    assert_eq!(caller.viewer(&auth).await.unwrap(), None);
}

#[tokio::test]
async fn a_fault_of_the_store_is_not_taken_for_a_guest() {
    let mut auth = MockAuthService::new();
    let away = || Err(StoreError::Unavailable("away".into()));
    auth.expect_authenticate()
        .times(1)
        .returning(move |_| away());
    auth.expect_authenticate()
        .times(1)
        .returning(|_| Ok(Some(VIEWER)));
    let caller = member();
    assert!(caller.viewer(&auth).await.is_err());
    assert_eq!(caller.viewer(&auth).await.unwrap(), Some(VIEWER));
}

/// D1
#[tokio::test]
async fn a_store_that_is_away_lets_nobody_in() {
    let mut auth = MockAuthService::new();
    let lookup = auth.expect_authenticate();
    lookup.returning(|_| Err(StoreError::Unavailable("away".into())));
    assert_eq!(
        refused(auth, member(), "{ users { id } }").await,
        "UNAVAILABLE"
    );
}

#[tokio::test]
async fn without_a_readable_cookie_nobody_is_looked_up() {
    for cookie in [Cookie::Absent, Cookie::Broken] {
        let caller = caller(cookie, Some("csrf"), true);
        let viewer = caller.viewer(&MockAuthService::new()).await;
        assert_eq!(viewer.unwrap(), None);
    }
}

/// S8
#[tokio::test]
async fn after_signing_out_there_is_no_viewer() {
    let (auth, caller) = (live_session(), member());
    assert_eq!(caller.viewer(&auth).await.unwrap(), Some(VIEWER));
    caller.sign_in(signed_in());
    caller.sign_out();
    assert_eq!(caller.viewer(&auth).await.unwrap(), None);
    let answer = caller.take_answer();
    assert!(answer.signed_out && answer.session.is_none());
}

#[tokio::test]
async fn a_new_session_after_signing_out_is_carried_back() {
    let caller = member();
    caller.sign_out();
    caller.sign_in(signed_in());
    let session = caller.take_answer().session;
    assert_eq!(session.unwrap().csrf, "new csrf");
}

/// S10
#[tokio::test]
async fn members_need_a_session() {
    for document in OF_MEMBERS {
        for cookie in [Cookie::Absent, Cookie::Broken] {
            let caller = caller(cookie, Some("csrf"), true);
            let code = refused(MockAuthService::new(), caller, document).await;
            assert_eq!(code, "UNAUTHENTICATED", "{document}");
        }
        // The session is judged before the token.
        let caller = caller(cookie(), Some("wrong"), true);
        let code = refused(dead_session(), caller, document).await;
        assert_eq!(code, "UNAUTHENTICATED", "{document}");
    }
}

/// S10
#[tokio::test]
async fn members_need_the_token_of_their_session() {
    for document in OF_MEMBERS {
        for csrf in [None, Some(""), Some("wrong")] {
            let caller = caller(cookie(), csrf, true);
            let code = refused(live_session(), caller, document).await;
            assert_eq!(code, "CSRF_FAILED", "{document}");
        }
    }
}

/// S10
#[tokio::test]
async fn a_member_with_the_token_may_come_from_anywhere() {
    let mut users = MockUsersService::new();
    let list = users
        .expect_list()
        .times(1)
        .with(eq(VIEWER), always(), eq(50));
    list.returning(|_, _, _| Ok(Vec::new()));
    let caller = caller(cookie(), Some("csrf"), false);
    let response = run(live_session(), users, caller, "{ users { id } }").await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
}

#[tokio::test]
async fn the_fields_of_a_document_share_one_lookup() {
    let mut users = MockUsersService::new();
    users
        .expect_list()
        .times(3)
        .returning(|_, _, _| Ok(Vec::new()));
    let document = "{ a: users { id } b: users { id } c: users { id } }";
    let response = run(live_session(), users, member(), document).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
}

/// S10
#[tokio::test]
async fn another_site_may_not_ask_what_needs_no_session() {
    for document in OF_GUESTS {
        for cookie in [Cookie::Absent, cookie()] {
            let caller = caller(cookie, None, false);
            let code = refused(MockAuthService::new(), caller, document).await;
            assert_eq!(code, "CSRF_FAILED", "{document}");
        }
    }
}

/// S10 N1
#[tokio::test]
async fn each_kind_of_forgery_is_logged_as_a_security_event() {
    let log = Log::default();
    let listening = log.listen();
    refused(live_session(), caller(cookie(), None, true), OF_MEMBERS[0]).await;
    let elsewhere = caller(Cookie::Absent, None, false);
    refused(MockAuthService::new(), elsewhere, OF_GUESTS[0]).await;
    drop(listening);
    assert_eq!(log.security_events(), ["csrf_failed", "csrf_failed"]);
}

/// S4
#[tokio::test]
async fn refreshing_needs_the_cookie_alone() {
    let mut auth = MockAuthService::new();
    let refresh = auth.expect_refresh().times(1).with(eq("refresh"));
    refresh.returning(|_| Ok(signed_in()));
    let caller = caller(cookie(), None, true);
    let response = run(
        auth,
        MockUsersService::new(),
        caller,
        "mutation { refresh }",
    )
    .await;
    assert_eq!(response.data.into_json().unwrap(), json!({"refresh": true}));
    for cookie in [Cookie::Absent, Cookie::Broken] {
        let caller = self::caller(cookie, None, true);
        let code = refused(MockAuthService::new(), caller, "mutation { refresh }").await;
        assert_eq!(code, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn me_is_null_for_a_guest_and_refused_for_a_dead_session() {
    let caller_without = caller(Cookie::Absent, None, true);
    let users = MockUsersService::new();
    let response = run(
        MockAuthService::new(),
        users,
        caller_without,
        "{ me { id } }",
    )
    .await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    assert_eq!(response.data.into_json().unwrap(), json!({"me": null}));

    let code = refused(dead_session(), member(), "{ me { id } }").await;
    assert_eq!(code, "UNAUTHENTICATED");
    let stranger = caller(cookie(), None, true);
    let code = refused(live_session(), stranger, "{ me { id } }").await;
    assert_eq!(code, "CSRF_FAILED");
}

/// S8
#[tokio::test]
async fn what_follows_a_logout_in_the_same_document_sees_no_viewer() {
    for logout in ["logout", "logoutAll"] {
        let mut auth = live_session();
        auth.expect_sign_out().returning(|_| Ok(()));
        auth.expect_sign_out_everywhere().returning(|_| Ok(()));
        let document = format!(
            "mutation {{ out: {logout} again: {logout} me: updateUser(input: {{}}) {{ id }} }}"
        );
        let response = run(auth, MockUsersService::new(), member(), &document).await;
        // Not nullable, so the first error ends the operation; nobody was updated.
        let refusals = refusals(&response);
        assert_eq!(refusals[0], ("again".to_owned(), json!("UNAUTHENTICATED")));
        assert!(refusals.iter().all(|(_, code)| code == "UNAUTHENTICATED"));
    }
}

/// S8
#[tokio::test]
async fn me_after_a_logout_of_the_same_caller_is_nobody() {
    let mut auth = live_session();
    auth.expect_sign_out().returning(|_| Ok(()));
    let caller = member();
    let document = "mutation { out: logout }";
    let response = run(auth, MockUsersService::new(), caller.clone(), document).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    let auth = MockAuthService::new();
    let response = run(auth, MockUsersService::new(), caller, "{ me { id } }").await;
    let refused = ("me".to_owned(), json!("UNAUTHENTICATED"));
    assert_eq!(refusals(&response), [refused]);
}
