use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use tower::ServiceExt as _;

use super::*;
use crate::domain::invalid::Invalid;
use crate::ports::store::StoreError;
use crate::services::auth::MockAuthService;
use crate::services::testing::Log;
use crate::services::users::MockUsersService;

const FORM: &str = "application/x-www-form-urlencoded";

async fn send(
    auth: MockAuthService,
    users: MockUsersService,
    request: Request<Body>,
) -> (StatusCode, String) {
    let sites = Sites::new("https://shop.example".to_owned(), vec![]);
    let router: Router = routes(Arc::new(auth), Arc::new(users), sites);
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn post(uri: &str, body: &str) -> Request<Body> {
    let request = Request::post(uri).header(header::CONTENT_TYPE, FORM);
    request.body(Body::from(body.to_owned())).unwrap()
}

async fn confirmed(answer: Result<(), ConfirmError>) -> (StatusCode, String) {
    let mut users = MockUsersService::new();
    users
        .expect_confirm()
        .withf(|token| token == "t+1")
        .return_once(|_| answer);
    send(
        MockAuthService::new(),
        users,
        post("/validate", "token=t%2B1"),
    )
    .await
}

async fn reset_with(answer: Result<(), ResetError>) -> (StatusCode, String) {
    let mut auth = MockAuthService::new();
    auth.expect_reset_password()
        .withf(|token, password| token == "t" && password == "new words")
        .return_once(|_, _| answer);
    let form = "token=t&password=new+words&repeated=new+words";
    send(auth, MockUsersService::new(), post("/reset", form)).await
}

/// A7: mail scanners open links.
#[tokio::test]
async fn opening_a_mailed_link_does_nothing() {
    for uri in ["/validate?token=t", "/reset?token=t"] {
        let request = Request::get(uri).body(Body::empty()).unwrap();
        let (status, page) = send(MockAuthService::new(), MockUsersService::new(), request).await;
        assert_eq!(status, StatusCode::OK, "{uri}");
        assert!(page.contains("<form"), "{uri}");
    }
}

#[tokio::test]
async fn the_button_confirms_the_address() {
    assert_eq!(confirmed(Ok(())).await.0, StatusCode::OK);
    assert_eq!(
        confirmed(Err(ConfirmError::Token)).await.0,
        StatusCode::BAD_REQUEST
    );
    let away = StoreError::Unavailable("db.internal".to_owned());
    let (status, page) = confirmed(Err(away.into())).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!page.contains("db.internal"));
}

#[tokio::test]
async fn the_button_sets_the_password() {
    assert_eq!(reset_with(Ok(())).await.0, StatusCode::OK);
    assert_eq!(
        reset_with(Err(ResetError::Token)).await.0,
        StatusCode::BAD_REQUEST
    );
    let busy = ResetError::Hash(HashError::Busy);
    assert_eq!(
        reset_with(Err(busy)).await.0,
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test]
async fn a_refused_password_shows_the_form_again() {
    let invalid = Invalid::new("newPassword", "must have 8 to 256 characters");
    let (status, page) = reset_with(Err(invalid.into())).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        page.contains("The new password must have 8 to 256 characters."),
        "{page}"
    );
    assert!(
        page.contains("value=\"t\"") && !page.contains("new words"),
        "{page}"
    );
}

#[tokio::test]
async fn two_different_passwords_use_nothing_up() {
    let form = post("/reset", "token=t&password=a&repeated=b");
    let (status, page) = send(MockAuthService::new(), MockUsersService::new(), form).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("The two passwords differ."));
}

/// S10
#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    for uri in ["/validate", "/reset"] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ] {
            let mut request = post(uri, "token=t&password=a&repeated=a");
            request.headers_mut().insert(name, value.parse().unwrap());
            let (status, _) = send(MockAuthService::new(), MockUsersService::new(), request).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{uri} {value}");
        }
    }
}

#[tokio::test]
async fn a_link_that_cannot_be_read_is_refused_with_a_page() {
    let queries = ["?token=a&token=b", "?token[]=1", "?Token=a", ""];
    let uris = ["/validate", "/reset"]
        .into_iter()
        .flat_map(|path| queries.map(|query| format!("{path}{query}")));
    for uri in uris {
        let request = Request::get(&uri).body(Body::empty()).unwrap();
        let (status, page) = send(MockAuthService::new(), MockUsersService::new(), request).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{uri}");
        assert!(page.contains("Open the link in your mail again."), "{page}");
        assert!(!page.contains("deserialize"), "{page}");
    }
}

/// N1
#[tokio::test]
async fn a_form_of_another_site_is_logged_as_a_security_event() {
    let log = Log::default();
    let listening = log.listen();
    let mut request = post("/validate", "token=t");
    let site = "cross-site".parse().unwrap();
    request.headers_mut().insert("sec-fetch-site", site);
    send(MockAuthService::new(), MockUsersService::new(), request).await;
    drop(listening);
    let events = log.security_events();
    assert_eq!(events, ["csrf_failed"]);
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused() {
    let large = format!("token={}", "a".repeat(20_000));
    for (request, expected) in [
        (
            post("/validate", "tokn=t"),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (post("/validate", &large), StatusCode::PAYLOAD_TOO_LARGE),
        (
            Request::post("/validate")
                .body(Body::from("token=t"))
                .unwrap(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
    ] {
        let (status, page) = send(MockAuthService::new(), MockUsersService::new(), request).await;
        assert_eq!(status, expected);
        assert!(
            page.contains("<html") || page.contains("<!doctype"),
            "{page}"
        );
    }
}
