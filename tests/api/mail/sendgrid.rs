//! Mails by `SendGrid`.

use std::time::{Duration, Instant};

use super::sendgrid_fake::{Fake, KEY, Say};
use super::{assert_no_mailbox, register, token};
use crate::support::Server;

/// M2 M5
#[tokio::test]
async fn a_mail_waits_as_long_as_sendgrid_asks_for_and_arrives_once() {
    let fake = Fake::start(vec![
        Say::With(429, "retry-after", "4".into()),
        Say::Errors(500, vec!["Oops"]),
        Say::Take,
    ])
    .await;
    let settings = [
        ("SHOTIFY_ENV", "production"),
        ("SESSION_SECRETS", super::KEY),
        ("PUBLIC_URL", "https://shop.example"),
        ("SENDGRID_API_KEY", KEY),
        ("SENDGRID_ENDPOINT", &fake.endpoint),
    ];
    let server = Server::with(&settings).await;
    let guest = server.guest();
    let began = Instant::now();
    register(&guest, "anna").await;
    let taken = fake.wait_for(1).await;
    // Four seconds that were asked for, and the outbox's own second wait of four.
    assert!(
        began.elapsed() >= Duration::from_secs(8),
        "{:?}",
        began.elapsed()
    );
    server.wait_for_outbox().await;
    assert_eq!((fake.calls(), fake.taken().len()), (3, 1));
    let text = |place| taken[0].body.pointer(place).unwrap().as_str().unwrap();
    assert_eq!(text("/personalizations/0/to/0/email"), "anna@example.com");
    assert_eq!(text("/from/email"), "no-reply@shop.example");
    let link = "https://shop.example/validate?token=";
    guest
        .confirm(&token(text("/content/0/value"), link))
        .await
        .data();
    assert_no_mailbox(&guest).await;
}
