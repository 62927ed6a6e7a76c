//! Which connections are used again.

use std::time::{Duration, Instant};

use futures::future::join_all;
use shotify::ports::mailer::Mailer as _;

use super::mime::Mime;
use super::smtp::{config, mailer, to};
use super::smtp_fake::{LATE, Rules, Say, Sink, Stage};
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

/// What is still to come on it would be taken for the answers to the next mail.
#[tokio::test]
async fn one_that_was_given_up_is_not() {
    for stage in [Stage::Sender, Stage::Recipient, Stage::Data, Stage::Content] {
        let no = Say::Reply(Stage::Recipient, "550 No");
        let sink = Sink::saying(vec![Say::Take, Say::Late(stage), no, Say::Take]);
        let mut config = config(&sink.url());
        config.pace.whole = LATE / 2;
        let mailer = mailer(config);
        mailer.send(&message(1)).await.unwrap();
        later(mailer.send(&message(2)).await);
        wait_until("a late answer", || sink.count("(a late answer)") == 1).await;
        let told = refused(mailer.send(&message(3)).await);
        assert!(told.contains("550 at the recipient"), "{told}");
        mailer.send(&message(4)).await.unwrap();
        let arrived = sink.arrived();
        let last = Mime::parse(&arrived.last().unwrap().raw);
        assert_eq!(last.header("Message-ID"), message(4).id);
    }
}
