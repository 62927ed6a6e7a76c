//! Which connections are used again.

use std::time::{Duration, Instant};

use futures::future::join_all;
use shotify::ports::mailer::Mailer as _;

use super::mime::Mime;
use super::smtp::{config, mailer, to};
use super::smtp_fake::{Rules, Say, Sink, Stage};
use super::{later, message, refused};

async fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn one_that_went_well_is_used_again() {
    let sink = Sink::start(Rules::default());
    let mailer = to(&sink);
    for number in 0..5 {
        mailer.send(&message(number)).await.unwrap();
    }
    assert_eq!((sink.arrived().len(), sink.count("CONNECT")), (5, 1));
}

#[tokio::test]
async fn one_that_nobody_uses_is_hung_up() {
    let sink = Sink::start(Rules::default());
    let mut config = config(&sink.url());
    config.pace.idle = Duration::from_millis(100);
    let mailer = mailer(config);
    let messages = [1, 2, 3].map(message);
    let sent = join_all(messages.iter().map(|message| mailer.send(message))).await;
    assert!(sent.iter().all(Result::is_ok));
    wait_until("three goodbyes", || sink.count("QUIT") == 3).await;
    mailer.send(&message(4)).await.unwrap();
    assert_eq!(sink.count("CONNECT"), 4);
    wait_until("a fourth goodbye", || sink.count("QUIT") == 4).await;
}

#[tokio::test]
async fn one_that_the_server_has_closed_is_replaced() {
    let sink = Sink::start(Rules::default());
    let mailer = to(&sink);
    mailer.send(&message(1)).await.unwrap();
    let sink = sink.stop().await.open(Rules::default());
    mailer.send(&message(2)).await.unwrap();
    assert_eq!((sink.arrived().len(), sink.count("CONNECT")), (1, 1));
}

#[tokio::test]
async fn one_on_which_something_failed_is_not() {
    for say in [
        Say::Reply(Stage::Recipient, "550 No"),
        Say::Reply(Stage::Content, "451 Later"),
    ] {
        let sink = Sink::saying(vec![say, Say::Take]);
        let mailer = to(&sink);
        let failed = mailer.send(&message(1)).await;
        match say {
            Say::Reply(Stage::Recipient, _) => refused(failed),
            _ => later(failed),
        };
        wait_until("a goodbye", || sink.count("QUIT") == 1).await;
        mailer.send(&message(2)).await.unwrap();
        assert_eq!((sink.arrived().len(), sink.count("CONNECT")), (1, 2));
    }
}

/// One that is given up in the middle of a mail would answer the next one with the answers to this one.
#[tokio::test]
async fn one_that_was_given_up_is_not() {
    let sink = Sink::start(Rules::default());
    let mailer = to(&sink);
    for number in 0..40 {
        let message = message(number);
        let sending = mailer.send(&message);
        let micros = Duration::from_micros(50 * u64::try_from(number).unwrap());
        let _ = tokio::time::timeout(micros, sending).await;
    }
    mailer.send(&message(99)).await.unwrap();
    let arrived = sink.arrived();
    let mut numbers = arrived.iter().map(|mail| {
        let mime = Mime::parse(&mail.raw);
        let number = mime.subject().rsplit(' ').next().unwrap().to_owned();
        let id = format!("<job-{number}.1700000000000000@shop.example>");
        assert_eq!(mime.header("Message-ID"), id, "every mail is one");
        number
    });
    assert!(numbers.any(|number| number == "99"));
}
