//! Bad answers of `SendGrid`, late answers and none.

use std::time::Duration;

use shotify::ports::mailer::{MailError, Mailer as _};
use tokio::net::TcpListener;

use super::sendgrid::{config, mailer};
use super::sendgrid_fake::{Fake, KEY, Say};
use super::{later, message, refused};

async fn outcome(say: Say) -> Result<(), MailError> {
    let fake = Fake::start(vec![say]).await;
    let sent = mailer(config(&fake.endpoint)).send(&message(1)).await;
    assert_eq!(fake.calls(), 1, "no mailer tries by itself");
    assert!(fake.taken().is_empty());
    sent
}

async fn asked(say: Say) -> Option<Duration> {
    match outcome(say).await {
        Err(MailError::Later { after, .. }) => after,
        other => panic!("{other:?}"),
    }
}

/// M2
#[tokio::test]
async fn what_is_about_the_mail_is_refused_and_the_reason_is_told() {
    let told = refused(outcome(Say::Errors(400, vec!["Bad address.", "Odd\r\nlines"])).await);
    assert_eq!(
        told,
        "SendGrid answered 400 Bad Request: Bad address. (from); Odd  lines (from)"
    );
    assert!(refused(outcome(Say::Text(413, "<html>")).await).contains("413"));
    refused(outcome(Say::Endless(400)).await);
}

/// M2
#[tokio::test]
async fn what_passes_waits_as_long_as_is_asked_for() {
    let seconds = |n| Some(Duration::from_secs(n));
    for status in [429, 500, 502, 503, 504] {
        assert_eq!(asked(Say::Errors(status, vec!["Oops"])).await, None);
        let wait = Say::With(status, "retry-after", "17".into());
        assert_eq!(asked(wait).await, seconds(17));
    }
    let past = "Sun, 06 Nov 1994 08:49:37 GMT".to_owned();
    assert_eq!(asked(Say::With(503, "retry-after", past)).await, seconds(0));
    let far = "Fri, 31 Dec 9999 23:59:59 GMT".to_owned();
    let day = Some(Duration::from_hours(24));
    assert_eq!(asked(Say::With(429, "retry-after", far)).await, day);
    let reset = "99999999999".to_owned();
    assert_eq!(asked(Say::With(429, "x-ratelimit-reset", reset)).await, day);
}

/// What would meet every mail loses none.
#[tokio::test]
async fn what_the_operator_can_mend_waits() {
    for status in [401, 403, 404, 405] {
        let told = later(outcome(Say::Errors(status, vec!["Not a verified sender"])).await);
        let clear = told.contains(&status.to_string()) && told.contains("verified");
        assert!(clear, "{told}");
    }
}

/// Nothing but 202 says that it was taken.
#[tokio::test]
async fn another_success_is_none() {
    for status in [200, 204, 301, 307] {
        let told = later(outcome(Say::Text(status, "")).await);
        assert!(told.contains(&status.to_string()), "{told}");
    }
}

/// N1
#[tokio::test]
async fn a_reason_never_holds_the_key() {
    let message = "Bad header: Bearer SG.k3y-of-the-tests";
    assert!(message.contains(KEY));
    let told = later(outcome(Say::Errors(401, vec![message])).await);
    assert!(told.contains("Bearer ***") && !told.contains(KEY), "{told}");
}

/// M2
#[tokio::test]
async fn nobody_waits_without_bound() {
    let fake = Fake::start(vec![Say::Silence]).await;
    let mut config = config(&fake.endpoint);
    config.pace.whole = Duration::from_millis(300);
    let told = later(mailer(config).send(&message(1)).await);
    assert!(told.contains("300ms"), "{told}");
}

/// M2
#[tokio::test]
async fn nobody_there_may_be_there_later() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let told = later(mailer(config(&endpoint)).send(&message(1)).await);
    assert!(told.contains("no answer of SendGrid"), "{told}");
}
