//! Which sites may send what needs no session.

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::json;

use crate::support::{Answer, Client, PUBLIC_URL, Server};

/// Every operation without a session, and refresh.
pub const GUESTS: [(&str, &str); 7] = [
    (
        "registerUser",
        r#"mutation { registerUser(input: { username: "mallory", email: "mallory@example.com", password: "correct horse battery staple" }) { id } }"#,
    ),
    (
        "validateUser",
        r#"mutation { validateUser(validationToken: "x") }"#,
    ),
    (
        "resendValidation",
        r#"mutation { resendValidation(email: "nora@example.com") }"#,
    ),
    (
        "login",
        r#"mutation { login(input: { email: "anna@example.com", password: "correct horse battery staple" }) }"#,
    ),
    ("refresh", "mutation { refresh }"),
    (
        "requestPasswordReset",
        r#"mutation { requestPasswordReset(email: "anna@example.com") }"#,
    ),
    (
        "processPasswordReset",
        r#"mutation { processPasswordReset(resetToken: "x", newPassword: "correct horse battery staple") }"#,
    ),
];

const SHOP: &str = "https://shop.example";

/// Headers of a request: Sec-Fetch-Site and Origin, where there are any.
type Sender = (Option<&'static str>, Option<&'static str>);

const ADMITTED: [Sender; 9] = [
    (None, None),
    (Some("same-origin"), None),
    (Some("same-origin"), Some(PUBLIC_URL)),
    (Some("none"), None),
    (None, Some(PUBLIC_URL)),
    (None, Some(SHOP)),
    (Some("same-site"), Some(SHOP)),
    (Some("cross-site"), Some(SHOP)),
    (Some("same-site"), Some(PUBLIC_URL)),
];

const REFUSED: [Sender; 16] = [
    (Some("cross-site"), None),
    (Some("same-site"), None),
    (Some("cross-site"), Some("https://evil.example")),
    (Some("same-site"), Some("https://evil.shop.example")),
    (Some("SAME-ORIGIN"), None),
    (Some(""), None),
    (None, Some("https://evil.example")),
    (None, Some("null")),
    (None, Some("")),
    (None, Some("https://shop.example.evil.example")),
    (None, Some("https://shop.example:444")),
    (None, Some("http://shop.example")),
    (None, Some("https://shop.example/")),
    (None, Some("https://SHOP.example")),
    (None, Some("https://shotify.test")),
    (None, Some("http://shotify.test:8080")),
];

async fn send(client: &Client, sender: Sender, query: &str) -> Answer {
    let mut request = client.request(Method::POST, "/query");
    if let Some(site) = sender.0 {
        request = request.header("sec-fetch-site", site);
    }
    if let Some(origin) = sender.1 {
        request = request.header("origin", origin);
    }
    Answer::of(
        request
            .json(&json!({ "query": query }))
            .send()
            .await
            .unwrap(),
    )
    .await
}

async fn town() -> (Server, Client) {
    let server = Server::with(&[("ALLOWED_ORIGINS", SHOP), ("MAILS_PER_IP", "1000")]).await;
    let anna = server.member("anna").await;
    anna.register("nora", "nora@example.com").await.data();
    server.wait_for_outbox().await;
    (server, anna)
}

/// S10
#[tokio::test]
async fn another_site_can_neither_sign_anybody_in_nor_do_what_guests_do() {
    let (server, anna) = town().await;
    let before = server.snapshot().await;
    for (name, sample) in GUESTS {
        for sender in REFUSED {
            let answer = send(&anna, sender, sample).await;
            assert_eq!(answer.code(), "CSRF_FAILED", "{name} {sender:?}");
            assert!(
                answer.headers.get("set-cookie").is_none(),
                "{name} {sender:?}"
            );
            assert!(
                answer.headers.get("x-csrf-token").is_none(),
                "{name} {sender:?}"
            );
        }
    }
    assert_eq!(server.snapshot().await, before);
    anna.me().await.data();
}

/// S10
#[tokio::test]
async fn our_own_pages_known_origins_and_programs_may_send_what_guests_do() {
    let (_server, anna) = town().await;
    for sender in ADMITTED {
        for (name, sample) in GUESTS.iter().filter(|(name, _)| *name != "login") {
            let answer = send(&anna, sender, sample).await;
            let failed = answer.body.get("errors").is_some() && answer.code() == "CSRF_FAILED";
            assert!(!failed, "{name} {sender:?}");
        }
    }
    let (_, login) = GUESTS[3];
    for sender in ADMITTED {
        let answer = send(&anna, sender, login).await;
        assert_eq!(answer.data()["login"], true, "{sender:?}");
        assert!(answer.headers.contains_key("set-cookie"));
    }
}

/// S10
#[tokio::test]
async fn two_origins_in_one_request_are_no_origin() {
    let (_server, anna) = town().await;
    let request = anna.request(Method::POST, "/query");
    let request = request.header("origin", SHOP).header("origin", SHOP);
    let body = json!({ "query": GUESTS[4].1 });
    let answer = Answer::of(request.json(&body).send().await.unwrap()).await;
    assert_eq!(answer.code(), "CSRF_FAILED");
}

/// The only kind of request that a browser sends for another site without asking first.
/// G6 S10
#[tokio::test]
async fn a_multipart_form_of_another_site_has_no_effect() {
    let (server, anna) = town().await;
    let before = server.snapshot().await;
    for (name, sample) in GUESTS {
        for (header, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ] {
            let form = Form::new()
                .text("operations", json!({ "query": sample }).to_string())
                .text("map", "{}");
            let request = anna.request(Method::POST, "/query").header(header, value);
            let answer = Answer::of(request.multipart(form).send().await.unwrap()).await;
            assert_eq!(answer.code(), "CSRF_FAILED", "{name} {header}");
        }
    }
    assert_eq!(server.snapshot().await, before);
}
