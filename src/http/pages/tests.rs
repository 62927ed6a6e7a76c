use axum::body::to_bytes;

use super::*;

const NASTY: &str = "\"><script>alert('1')</script>&";

async fn read(response: Response) -> (String, String) {
    let policy = response.headers()[CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap()
        .to_owned();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (policy, String::from_utf8(body.to_vec()).unwrap())
}

fn mail() -> MailboxEntry {
    MailboxEntry {
        to: "ada@example.com".to_owned(),
        subject: NASTY.to_owned(),
        text: format!("{NASTY} http://localhost:8080/validate?token=abc&x=\"y"),
        html: "<p style=\"color: red\">Hello</p>".to_owned(),
        sent: "2026-01-31T09:30:00Z".to_owned(),
    }
}

fn every_page() -> Vec<Response> {
    vec![
        index(IndexLinks {
            playground_on: true,
            mailbox_on: true,
        }),
        confirmation_form(NASTY),
        address_confirmed(),
        confirmation_link_refused(),
        reset_form(NASTY, None),
        reset_form(NASTY, Some(NASTY)),
        password_changed(),
        reset_link_refused(),
        error_page(StatusCode::NOT_FOUND, NASTY, NASTY),
        mailbox(&[mail()]),
        mailbox(&[]),
    ]
}

/// H1
#[tokio::test]
async fn the_policy_holds_the_hash_of_the_style_that_is_sent() {
    let (policy, html) = read(address_confirmed()).await;
    let (_, rest) = html.split_once("<style>").unwrap();
    let (style, _) = rest.split_once("</style>").unwrap();
    let hash = BASE64_STANDARD.encode(Sha256::digest(style));
    assert!(
        policy.contains(&format!("style-src 'sha256-{hash}';")),
        "{policy}"
    );
}

/// H1
#[tokio::test]
async fn every_page_forbids_scripts_framing_storing_and_referrers() {
    for response in every_page() {
        assert_eq!(response.headers()[REFERRER_POLICY], "no-referrer");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(
            response.headers()["content-type"],
            "text/html; charset=utf-8"
        );
        let (policy, _) = read(response).await;
        assert!(policy.starts_with("default-src 'none'"));
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
        assert!(!policy.contains("script-src"));
    }
}

#[tokio::test]
async fn whatever_is_put_into_a_page_is_escaped() {
    for response in every_page() {
        let (_, html) = read(response).await;
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("<style").count(), 1);
        assert!(
            !html.contains(" style=\""),
            "inline style attributes fail the policy: {html}"
        );
    }
}

#[tokio::test]
async fn a_form_carries_its_token_escaped_and_posts_it() {
    for (path, response) in [
        ("/validate", confirmation_form("a\"b<c")),
        ("/reset", reset_form("a\"b<c", None)),
    ] {
        let (_, html) = read(response).await;
        assert!(html.contains(&format!("<form method=\"post\" action=\"{path}\">")));
        assert!(
            html.contains("name=\"token\" value=\"a&#34;b&#60;c\""),
            "{html}"
        );
    }
}

#[tokio::test]
async fn a_refused_password_shows_the_form_again_with_the_reason() {
    let response = reset_form("token", Some("This password is too common."));
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let (_, html) = read(response).await;
    assert!(html.contains("This password is too common."));
    assert!(html.contains("value=\"token\"") && html.contains("name=\"repeated\""));
}

#[tokio::test]
async fn the_index_links_only_to_what_is_on() {
    let (_, bare) = read(index(IndexLinks::default())).await;
    assert!(!bare.contains("/query/playground") && !bare.contains("/dev/mailbox"));
    let (_, full) = read(index(IndexLinks {
        playground_on: true,
        mailbox_on: true,
    }))
    .await;
    assert!(full.contains("/query/playground") && full.contains("/dev/mailbox"));
}

#[tokio::test]
async fn a_mail_has_links_to_click_and_its_html_in_a_sandbox() {
    let (_, html) = read(mailbox(&[mail()])).await;
    assert!(
        html.contains("<a href=\"http://localhost:8080/validate?token=abc&#38;x=\" "),
        "{html}"
    );
    let (_, frame) = html.split_once("<iframe ").unwrap();
    assert!(frame.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""));
    assert!(
        frame.contains("&#60;p style=&#34;color: red&#34;&#62;Hello"),
        "{frame}"
    );
}
