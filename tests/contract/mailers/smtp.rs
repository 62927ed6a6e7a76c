//! Mail by SMTP, to a server that takes it.

use std::sync::Arc;
use std::time::Duration;

use shotify::adapters::clock::SystemClock;
use shotify::adapters::mail::smtp::{Account, Pace, Security, SmtpConfig, SmtpMailer};
use shotify::domain::email::Email;
use shotify::ports::mailer::Mailer as _;

use super::mime::Mime;
use super::smtp_fake::{Arrived, Closed, Rules, Say, Sink, Stage};
use super::{Received, holds, later, message};

/// How a server at this URL without parameters is spoken to.
pub fn config(url: &str) -> SmtpConfig {
    let url: url::Url = url.parse().unwrap();
    SmtpConfig {
        host: url.host_str().unwrap().to_owned(),
        port: url.port().unwrap(),
        security: Security::Plain,
        authority: None,
        account: None,
        hello: Some("shop.example".into()),
        from: Email::parse("no-reply@shop.example").unwrap(),
        pace: Pace::default(),
    }
}

pub fn mailer(config: SmtpConfig) -> SmtpMailer {
    SmtpMailer::new(config, Arc::new(SystemClock)).unwrap()
}

pub fn to(sink: &Sink) -> SmtpMailer {
    mailer(config(&sink.url()))
}

pub fn account(user: &str, password: &str) -> Account {
    Account {
        user: user.into(),
        password: password.into(),
    }
}

fn received(arrived: &Arrived) -> Received {
    let mime = Mime::parse(&arrived.raw);
    assert_eq!(arrived.sender, "no-reply@shop.example");
    assert_eq!(mime.header("From"), "Shotify <no-reply@shop.example>");
    assert_eq!(mime.header("To"), arrived.recipients.join(","));
    Received {
        id: mime.header("Message-ID").to_owned(),
        to: arrived.recipients.clone(),
        subject: mime.subject(),
        text: mime.text,
        html: mime.html,
    }
}

#[tokio::test]
async fn the_contract_holds() {
    let sink = Sink::start(Rules::default());
    holds(Arc::new(to(&sink)), async || {
        sink.arrived().iter().map(received).collect()
    })
    .await;
}

/// M3 M4
#[tokio::test]
async fn no_text_adds_a_header_or_a_recipient() {
    let sink = Sink::start(Rules::default());
    let mailer = to(&sink);
    mailer.send(&message(0)).await.unwrap();
    for breaks in [
        "\r\n", "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}", "\0", "\r\n ",
    ] {
        let mut message = message(1);
        message.subject = format!("Hello{breaks}Bcc: evil@example.org");
        message.id = format!("<1@shop.example{breaks}Bcc: evil@example.org>");
        mailer.send(&message).await.unwrap();
    }
    let expected = [
        "Date",
        "From",
        "To",
        "Subject",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ];
    let arrived = sink.arrived();
    assert_eq!(arrived.len(), 9);
    for mail in arrived {
        let mime = Mime::parse(&mail.raw);
        let names: Vec<&str> = mime.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, expected);
        assert_eq!(mail.recipients, ["anna@example.com"]);
        assert_eq!(mime.header("Auto-Submitted"), "auto-generated");
    }
}

#[tokio::test]
async fn the_server_is_told_who_speaks() {
    let sink = Sink::start(Rules::default());
    to(&sink).send(&message(1)).await.unwrap();
    let mut nameless = config(&sink.url());
    nameless.hello = None;
    mailer(nameless).send(&message(2)).await.unwrap();
    let hellos: Vec<String> = sink.arrived().into_iter().map(|mail| mail.hello).collect();
    assert_eq!(hellos, ["shop.example", "[127.0.0.1]"]);
}

#[tokio::test]
async fn one_signs_in_by_what_the_server_understands() {
    for mechanisms in ["PLAIN LOGIN", "PLAIN", "LOGIN", "CRAM-MD5 LOGIN"] {
        let rules = Rules {
            account: Some(("shop", "pass wörd")),
            mechanisms: Some(mechanisms),
            ..Rules::default()
        };
        let sink = Sink::start(rules);
        let mut config = config(&sink.url());
        config.account = Some(account("shop", "pass wörd"));
        let mailer = mailer(config);
        mailer.send(&message(1)).await.unwrap();
        mailer.ping().await.unwrap();
        assert_eq!(sink.arrived().len(), 1, "{mechanisms}");
    }
}

/// The sender says who is at fault, and takes nobody's time.
#[tokio::test]
async fn a_ping_finds_what_is_wrong_and_sends_nothing() {
    let rules = Rules {
        account: Some(("shop", "hunter2")),
        ..Rules::default()
    };
    let sink = Sink::start(rules);
    let mut config = config(&sink.url());
    config.account = Some(account("shop", "hunter3"));
    let reason = later(mailer(config.clone()).ping().await);
    assert!(
        reason.contains("535") && !reason.contains("hunter"),
        "{reason}"
    );
    config.account = Some(account("shop", "hunter2"));
    mailer(config).ping().await.unwrap();
    assert!(sink.arrived().is_empty() && sink.count("MAIL") == 0);
    let closed = Closed::new();
    let mut nobody = super::smtp::config(&closed.url());
    nobody.pace.whole = Duration::from_secs(5);
    later(mailer(nobody).ping().await);
    let silent = Sink::saying(vec![Say::Hang(Stage::Connect)]);
    let mut slow = super::smtp::config(&silent.url());
    slow.pace.whole = Duration::from_millis(200);
    assert!(later(mailer(slow).ping().await).contains("200ms"));
}
