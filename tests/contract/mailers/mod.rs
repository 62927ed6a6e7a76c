//! What every mailer must do: run [`holds`] on it.

#[path = "../../fixtures/mime.rs"]
mod mime;
#[expect(dead_code, reason = "the black-box tests use the rest")]
#[path = "../../fixtures/sendgrid.rs"]
mod sendgrid_fake;
#[expect(dead_code, reason = "the black-box tests use the rest")]
#[path = "../../fixtures/smtp.rs"]
mod smtp_fake;

mod mailbox;
mod real_server;
mod sendgrid;
mod sendgrid_faults;
mod smtp;
mod smtp_connections;
mod smtp_faults;
mod smtp_tls;

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::join_all;
use shotify::domain::email::Email;
use shotify::ports::mailer::{MailError, Mailer, Message};

/// A mail as it arrived, whatever its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub id: String,
    pub to: Vec<String>,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl From<&Message> for Received {
    fn from(message: &Message) -> Self {
        let Message {
            id,
            to,
            subject,
            text,
            html,
        } = message.clone();
        Self {
            id,
            to: vec![to.as_str().to_owned()],
            subject,
            text,
            html,
        }
    }
}

pub fn message(number: usize) -> Message {
    Message {
        id: format!("<job-{number}.1700000000000000@shop.example>"),
        to: Email::parse("anna@example.com").unwrap(),
        subject: format!("Hello number {number}"),
        text: "Hello anna,\n\nhttps://shop.example/validate?token=abc\n".into(),
        html: "<p>Hello <b>anna</b></p>".into(),
    }
}

/// What a member could choose to be mailed about, to break out of its place.
fn hostile() -> Vec<Message> {
    let mut number = 100;
    let mut with = |change: &dyn Fn(&mut Message)| {
        number += 1;
        let mut message = message(number);
        change(&mut message);
        message
    };
    let address = "o'neil+tag!#$%&*/=?^_`{|}~-@xn--bcher-kva.example";
    let smuggled =
        "Hello\n.\nMAIL FROM:<evil@example.org>\nRCPT TO:<evil@example.org>\nDATA\n..\n.x\n";
    vec![
        with(&|m| m.subject = "You have bought “Süße Käfer 🐞” ".repeat(9).trim().into()),
        with(&|m| m.subject = "=?utf-8?q?=0D=0ABcc:_evil@example.org?= and more".into()),
        with(&|m| m.subject = "Bcc: evil@example.org, <evil@example.org>; \"x\" (y)".into()),
        with(&|m| m.to = Email::parse(address).unwrap()),
        with(&|m| m.text = smuggled.into()),
        with(&|m| m.text = "From me\n>From you\n\n--\nBcc: evil@example.org\n=20=".into()),
        with(&|m| m.text = format!("{}\n{}", "ü".repeat(3000), "long ".repeat(900))),
        with(&|m| m.html = format!("<p>{}</p>\n.\n<i>🐞</i>", "x".repeat(5000))),
    ]
}

/// Runs the whole contract; `received` tells what arrived so far.
pub async fn holds(mailer: Arc<dyn Mailer>, received: impl AsyncFn() -> Vec<Received>) {
    every_mail_arrives_as_it_was_sent(&*mailer, &received).await;
    a_repeat_can_be_recognised(&*mailer, &received).await;
    many_at_once_all_arrive(mailer, &received).await;
}

/// M4
async fn every_mail_arrives_as_it_was_sent(
    mailer: &dyn Mailer,
    received: &impl AsyncFn() -> Vec<Received>,
) {
    let mut messages = hostile();
    messages.push(message(1));
    for message in &messages {
        mailer.send(message).await.unwrap();
    }
    let received = received().await;
    assert_eq!(received.len(), messages.len());
    for message in &messages {
        let same = |mail: &&Received| mail.id == message.id;
        let arrived: Vec<&Received> = received.iter().filter(same).collect();
        assert_eq!(arrived, [&Received::from(message)]);
    }
}

/// M3
async fn a_repeat_can_be_recognised(
    mailer: &dyn Mailer,
    received: &impl AsyncFn() -> Vec<Received>,
) {
    let message = message(2);
    for _ in 0..2 {
        mailer.send(&message).await.unwrap();
    }
    let received = received().await;
    let mut copies = received
        .iter()
        .filter(|mail| mail.subject == message.subject);
    assert!(copies.next().is_some());
    assert!(copies.all(|copy| copy.id == message.id));
}

async fn many_at_once_all_arrive(
    mailer: Arc<dyn Mailer>,
    received: &impl AsyncFn() -> Vec<Received>,
) {
    let sent: Vec<Message> = (200..220).map(message).collect();
    for outcome in join_all(sent.iter().map(|message| mailer.send(message))).await {
        outcome.unwrap();
    }
    let received = received().await;
    let ids: HashSet<&String> = received.iter().map(|mail| &mail.id).collect();
    assert!(sent.iter().all(|message| ids.contains(&message.id)));
}

/// What is said when it may work later.
#[track_caller]
fn later(outcome: Result<(), MailError>) -> String {
    match outcome {
        Err(MailError::Later { reason, .. }) => one_line(reason),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(outcome: Result<(), MailError>) -> String {
    match outcome {
        Err(MailError::Refused(reason)) => one_line(reason),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn one_line(reason: String) -> String {
    assert!(!reason.chars().any(char::is_control), "{reason:?}");
    reason
}
