//! Mail by `SendGrid`, against a stand-in that speaks its protocol.

use std::sync::Arc;

use serde_json::Value;
use shotify::adapters::clock::SystemClock;
use shotify::adapters::mail::sendgrid::{Pace, SendGridConfig, SendGridError, SendGridMailer};
use shotify::domain::email::Email;
use shotify::ports::mailer::Mailer as _;

use super::sendgrid_fake::{Fake, KEY, Say, Sent};
use super::{Received, holds, later, message};

pub fn config(endpoint: &str) -> SendGridConfig {
    SendGridConfig {
        key: KEY.into(),
        endpoint: Some(endpoint.into()),
        from: Email::parse("no-reply@shop.example").unwrap(),
        pace: Pace::default(),
    }
}

pub fn mailer(config: SendGridConfig) -> SendGridMailer {
    open(config).unwrap()
}

fn open(config: SendGridConfig) -> Result<SendGridMailer, SendGridError> {
    // As `main` does first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    SendGridMailer::new(config, Arc::new(SystemClock))
}

fn received(sent: &Sent) -> Received {
    let text = |place| {
        let value = sent.body.pointer(place).and_then(Value::as_str);
        value.unwrap().to_owned()
    };
    assert_eq!(text("/from/email"), "no-reply@shop.example");
    let id = text("/headers/Message-ID");
    assert_eq!(text("/custom_args/message_id"), id);
    Received {
        id,
        to: vec![text("/personalizations/0/to/0/email")],
        subject: text("/subject"),
        text: text("/content/0/value"),
        html: text("/content/1/value"),
    }
}

#[tokio::test]
async fn the_contract_holds() {
    let fake = Fake::start(vec![Say::Take]).await;
    holds(Arc::new(mailer(config(&fake.endpoint))), async || {
        fake.taken().iter().map(received).collect()
    })
    .await;
}

/// M4
#[tokio::test]
async fn no_text_ends_a_line_of_a_header() {
    let fake = Fake::start(vec![Say::Take]).await;
    let mailer = mailer(config(&fake.endpoint));
    for breaks in ["\r\n", "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}", "\0"] {
        let mut message = message(1);
        message.subject = format!("Hello{breaks}Bcc: evil@example.org");
        message.id = format!("<1@shop.example{breaks}Bcc: evil@example.org>");
        mailer.send(&message).await.unwrap();
    }
    for sent in fake.taken() {
        let mail = received(&sent);
        let breaks = |c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}';
        assert!(!mail.subject.contains(breaks) && !mail.id.contains(breaks));
        assert_eq!(mail.to, ["anna@example.com"]);
    }
}

#[tokio::test]
async fn a_ping_finds_what_is_wrong_and_sends_nothing() {
    let fake = Fake::start(vec![Say::Take]).await;
    mailer(config(&fake.endpoint)).ping().await.unwrap();
    let mut wrong = config(&fake.endpoint);
    wrong.key = "SG.hunter2".into();
    let told = later(mailer(wrong).ping().await);
    assert!(told.contains("401") && !told.contains("hunter2"), "{told}");
    let reader = Fake::allowing(vec!["stats.read"], vec![Say::Take]).await;
    let told = later(mailer(config(&reader.endpoint)).ping().await);
    assert!(told.contains("mail.send"), "{told}");
    assert_eq!((fake.calls(), reader.calls()), (0, 0));
}

#[tokio::test]
async fn the_key_does_not_leave_the_machine_in_the_clear() {
    for bad in ["http://sendgrid.example", "http://10.1.2.3:80", "sendgrid"] {
        let refused = open(config(bad)).err();
        assert!(matches!(refused, Some(SendGridError::Endpoint(_))), "{bad}");
    }
    let mut broken = config("http://127.0.0.1:1");
    broken.key = "SG.hunter2\r\nX: y".into();
    let error = open(broken).err().unwrap();
    assert!(matches!(error, SendGridError::Key), "{error}");
    assert!(!error.to_string().contains("hunter2"));
}
