//! Mail by SMTP, to a server that does not take it.

use std::time::Duration;

use shotify::ports::mailer::Mailer as _;

use super::smtp::{account, config, mailer, to};
use super::smtp_fake::{Closed, Rules, Say, Sink, Stage};
use super::{later, message, refused};

/// M2
#[tokio::test]
async fn what_is_about_the_mail_is_refused_and_the_reason_is_told() {
    for (stage, reply, reason) in [
        (
            Stage::Recipient,
            "550 5.1.1 <anna@example.com>: no such user",
            "the mail server answered 550 at the recipient: 5.1.1 <anna@example.com>: no such user",
        ),
        (
            Stage::Recipient,
            "551 User not local",
            "551 at the recipient",
        ),
        (Stage::Recipient, "552 Mailbox full", "552 at the recipient"),
        (Stage::Recipient, "553 Not allowed", "553 at the recipient"),
        (Stage::Data, "554 No", "554 at the mail"),
        (
            Stage::Content,
            "554 5.6.0 Not a mail",
            "554 at the mail: 5.6.0 Not a mail",
        ),
        (Stage::Content, "552 Too big", "552 at the mail"),
        (
            Stage::Content,
            "550-5.3.4 Two\r\n550 5.3.4 lines",
            "550 at the mail: 5.3.4 Two",
        ),
    ] {
        let sink = Sink::saying(vec![Say::Reply(stage, reply)]);
        let told = refused(to(&sink).send(&message(1)).await);
        assert!(told.contains(reason), "{told}");
        assert!(sink.arrived().is_empty());
        assert_eq!(sink.count("MAIL"), 1, "no mailer tries by itself");
    }
}

/// M2
#[tokio::test]
async fn what_passes_waits() {
    for (stage, reply) in [
        (Stage::Connect, "421 4.3.2 Going down"),
        (Stage::Hello, "421 Too many"),
        (Stage::Sender, "451 4.3.0 Try again"),
        (Stage::Recipient, "450 4.2.1 Mailbox busy"),
        (Stage::Recipient, "451 4.7.1 Greylisted"),
        (Stage::Recipient, "421 Closing"),
        (Stage::Data, "451 Local error"),
        (Stage::Content, "421 Closing"),
        (Stage::Content, "451 Local error"),
        (Stage::Content, "452 4.3.1 No space"),
    ] {
        let sink = Sink::saying(vec![Say::Reply(stage, reply), Say::Take]);
        let mailer = to(&sink);
        let told = later(mailer.send(&message(1)).await);
        assert!(told.contains(&reply[..3]), "{told}");
        assert!(sink.arrived().is_empty());
        mailer.send(&message(1)).await.unwrap();
        assert_eq!(sink.arrived().len(), 1);
    }
}

/// What would meet every mail loses none.
#[tokio::test]
async fn what_the_operator_can_mend_waits() {
    for (stage, reply) in [
        (Stage::Connect, "554 5.7.1 We do not talk to you"),
        (Stage::Hello, "550 No"),
        (Stage::Sender, "550 5.7.60 Not your address"),
        (Stage::Sender, "553 5.1.8 No such domain"),
        (
            Stage::Sender,
            "530 5.7.0 Must issue a STARTTLS command first",
        ),
        (Stage::Recipient, "530 5.7.0 Authentication required"),
        (Stage::Recipient, "535 5.7.8 Session expired"),
    ] {
        let sink = Sink::saying(vec![Say::Reply(stage, reply)]);
        let told = later(to(&sink).send(&message(1)).await);
        assert!(told.contains(&reply[..3]), "{told}");
    }
}

/// As Postfix does unless `smtpd_delay_reject=no`, and Exchange at the mail itself.
#[tokio::test]
async fn a_sender_that_is_refused_late_waits_too() {
    for (stage, reply) in [
        (
            Stage::Recipient,
            "553 5.7.1 <no-reply@shop.example>: Sender address rejected: not owned by user shop",
        ),
        (
            Stage::Recipient,
            "550 5.1.8 <no-reply@shop.example>: Sender address rejected: Domain not found",
        ),
        (Stage::Recipient, "553 5.1.7 Bad address of the sender"),
        (
            Stage::Recipient,
            "554 5.7.1 <anna@example.com>: Relay access denied",
        ),
        (Stage::Data, "554 5.7.1 No valid sender"),
        (
            Stage::Content,
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        ),
        (
            Stage::Content,
            "550-5.7.26 The sender is\r\n550 5.7.26 not authenticated",
        ),
    ] {
        let sink = Sink::saying(vec![Say::Reply(stage, reply), Say::Take]);
        let mailer = to(&sink);
        let told = later(mailer.send(&message(1)).await);
        assert!(told.contains(&reply[..3]), "{told}");
        mailer.send(&message(1)).await.unwrap();
        assert_eq!(sink.arrived().len(), 1, "{reply}");
    }
}

/// N1
#[tokio::test]
async fn a_wrong_password_waits_and_is_not_told() {
    let rules = Rules {
        account: Some(("shop", "hunter2")),
        ..Rules::default()
    };
    let sink = Sink::start(rules);
    for account in [
        Some(account("shop", "hunter3")),
        Some(account("hunter4", "hunter2")),
        None,
    ] {
        let mut config = config(&sink.url());
        config.account = account;
        let told = later(mailer(config).send(&message(1)).await);
        assert!(told.contains("535") || told.contains("530"), "{told}");
        assert!(!told.contains("hunter"), "{told}");
    }
    let quoting = Say::Reply(Stage::SignIn, "535 hunter2 is wrong, AHNob3AAaHVudGVyMg==");
    let sink = Sink::start(Rules {
        account: Some(("shop", "hunter2")),
        answers: vec![quoting],
        ..Rules::default()
    });
    let mut config = config(&sink.url());
    config.account = Some(account("shop", "hunter2"));
    let told = later(mailer(config).send(&message(1)).await);
    let clear = "the mail server answered 535 at the user and password: look at SMTP_URL";
    assert_eq!(told, clear);
}

#[tokio::test]
async fn a_way_to_sign_in_that_is_not_known_waits() {
    let rules = Rules {
        account: Some(("shop", "hunter2")),
        mechanisms: Some("GSSAPI"),
        ..Rules::default()
    };
    let sink = Sink::start(rules);
    let mut config = config(&sink.url());
    config.account = Some(account("shop", "hunter2"));
    let told = later(mailer(config).send(&message(1)).await);
    assert!(told.contains("authentication mechanism"), "{told}");
}

/// M2 D7
#[tokio::test]
async fn a_server_that_is_not_there_may_be_there_later() {
    let closed = Closed::new();
    let told = later(mailer(config(&closed.url())).send(&message(1)).await);
    assert!(
        told.contains("at the connection") && told.contains("refused"),
        "{told}"
    );
    let mut nowhere = config("smtp://127.0.0.1:1");
    nowhere.host = "nowhere.invalid".into();
    let told = later(mailer(nowhere).send(&message(1)).await);
    assert!(told.contains("at the connection"), "{told}");
}

/// M2
#[tokio::test]
async fn a_connection_that_breaks_or_talks_nonsense_waits() {
    for stage in [
        Stage::Connect,
        Stage::Hello,
        Stage::Sender,
        Stage::Recipient,
        Stage::Data,
        Stage::Content,
    ] {
        for say in [Say::Drop(stage), Say::Reply(stage, "what?")] {
            let sink = Sink::saying(vec![say]);
            later(to(&sink).send(&message(1)).await);
        }
    }
}

/// M2
#[tokio::test]
async fn nobody_waits_without_bound_and_nothing_late_is_mistaken_for_an_answer() {
    for stage in [
        Stage::Connect,
        Stage::Hello,
        Stage::Sender,
        Stage::Recipient,
        Stage::Data,
        Stage::Content,
    ] {
        let sink = Sink::saying(vec![Say::Take, Say::Hang(stage), Say::Take]);
        let mut config = config(&sink.url());
        config.pace.whole = Duration::from_millis(400);
        if stage.is_early() {
            // Else the first connection would be used again.
            config.pace.idle = Duration::ZERO;
        }
        let mailer = mailer(config);
        mailer.send(&message(1)).await.unwrap();
        let told = later(mailer.send(&message(2)).await);
        assert!(told.contains("400ms"), "{told}");
        mailer.send(&message(3)).await.unwrap();
        let arrived = sink.arrived();
        let last = arrived.last().unwrap();
        let before = arrived[..arrived.len() - 1].iter();
        assert!(
            before
                .into_iter()
                .all(|mail| mail.connection < last.connection)
        );
    }
}
