//! Mails by a mail server, or by `SendGrid`.

#[path = "../../fixtures/mime.rs"]
pub mod mime;
#[expect(dead_code, reason = "the contract tests use the rest")]
#[path = "../../fixtures/sendgrid.rs"]
pub mod sendgrid_fake;
#[expect(dead_code, reason = "the contract tests use the rest")]
#[path = "../../fixtures/smtp.rs"]
pub mod smtp_fake;

mod logs;
mod outages;
mod repeats;
mod sendgrid;

use crate::support::{Client, PASSWORD, PUBLIC_URL, Server};
use mime::Mime;
use smtp_fake::{Rules, Sink};

/// Hex of no meaning, as `openssl rand -hex 32` writes it.
const KEY: &str = "9f1c6f0e7b0d4a2f8e35c1d7a64b90f2e8d1573ac46f0b9288e7d30f15c2ba64";

/// The token in a mail whose link has this beginning.
#[track_caller]
fn token(text: &str, link: &str) -> String {
    let rest = text.split(link).nth(1).unwrap_or_else(|| panic!("{text}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

/// Registers as `NAME@example.com`.
async fn register(guest: &Client, name: &str) {
    let email = format!("{name}@example.com");
    guest.register(name, &email).await.data();
}

async fn assert_no_mailbox(guest: &Client) {
    for path in ["/dev/mailbox", "/dev/mailbox.json"] {
        assert_eq!(guest.get(path).await.status(), 404, "{path}");
    }
}

/// M1 M5
#[tokio::test]
async fn a_new_member_is_mailed_a_link_that_confirms_the_address() {
    let sink = Sink::start(Rules::default());
    let server = Server::with(&[("SMTP_URL", &sink.url())]).await;
    let guest = server.guest();
    guest.header("x-forwarded-host", "evil.example");
    register(&guest, "anna").await;
    let arrived = sink.wait_for(1).await.remove(0);
    let mime = Mime::parse(&arrived.raw);
    assert_eq!(arrived.recipients, ["anna@example.com"]);
    assert_eq!(mime.header("To"), "anna@example.com");
    assert_eq!(mime.header("From"), "Shotify <no-reply@shotify.test>");
    assert_eq!(
        (arrived.sender.as_str(), arrived.hello.as_str()),
        ("no-reply@shotify.test", "shotify.test")
    );
    let link = format!("{PUBLIC_URL}/validate?token=");
    assert!(mime.html.contains(&link));
    guest.confirm(&token(&mime.text, &link)).await.data();
    guest.sign_in("anna@example.com", PASSWORD).await.data();
    assert_no_mailbox(&guest).await;
    server.wait_for_outbox().await;
    assert_eq!(sink.arrived().len(), 1);
}

/// F2 M5
#[tokio::test]
async fn production_mails_links_of_its_public_url_and_has_no_mailbox() {
    let sink = Sink::start(Rules {
        account: Some(("shop", "pass/word")),
        ..Rules::default()
    });
    let url = sink.url().replace("://", "://shop:pass%2Fword@");
    let settings = [
        ("SHOTIFY_ENV", "production"),
        ("SESSION_SECRETS", KEY),
        ("PUBLIC_URL", "https://shop.example"),
        ("SMTP_URL", &url),
        ("MAIL_FROM", "hello@shop.example"),
    ];
    let server = Server::with(&settings).await;
    let guest = server.guest();
    register(&guest, "anna").await;
    let mime = Mime::parse(&sink.wait_for(1).await[0].raw);
    assert_eq!(mime.header("From"), "Shotify <hello@shop.example>");
    let token = token(&mime.text, "https://shop.example/validate?token=");
    guest.confirm(&token).await.data();
    assert_no_mailbox(&guest).await;
}
