//! Bad answers, late answers and none.

use std::time::{Duration, Instant};

use futures::future::join_all;
use shotify::ports::vision::{LabelError, Labeller as _};
use tokio::net::TcpListener;

use super::fake::{Fake, Say};
use super::{TOKEN, config, everything, labeller, outcome, picture};

/// What is said when it may work later, and how long to wait.
fn later(error: LabelError) -> (String, Option<Duration>) {
    match error {
        LabelError::Later { reason, after } => (reason, after),
        LabelError::Refused(reason) => panic!("refused: {reason}"),
    }
}

fn refused(error: LabelError) -> String {
    match error {
        LabelError::Refused(reason) => reason,
        LabelError::Later { reason, .. } => panic!("later: {reason}"),
    }
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    for first in [
        Say::Wait(429, "0".to_owned()),
        Say::Wait(429, "Sun, 06 Nov 1994 08:49:37 GMT".to_owned()),
        Say::Error(503, "UNAVAILABLE", "Try again"),
        Say::Error(500, "INTERNAL", "Oops"),
    ] {
        let (labelled, calls) = outcome(vec![first, Say::Seen(everything())]).await;
        assert_eq!((labelled.unwrap().len(), calls), (5, 2));
    }
}

#[tokio::test]
async fn the_pause_that_is_asked_for_is_made() {
    let began = Instant::now();
    let answers = vec![Say::Wait(429, "1".to_owned()), Say::Seen(everything())];
    let (labelled, calls) = outcome(answers).await;
    assert_eq!((labelled.unwrap().len(), calls), (5, 2));
    assert!(began.elapsed() >= Duration::from_secs(1));
}

/// D6
#[tokio::test]
async fn a_long_pause_is_left_to_the_caller() {
    for status in [429, 503] {
        let (labelled, calls) = outcome(vec![Say::Wait(status, "120".to_owned())]).await;
        let (reason, after) = later(labelled.unwrap_err());
        assert_eq!((after, calls), (Some(Duration::from_mins(2)), 1));
        assert!(reason.contains(&status.to_string()), "{reason}");
    }
    let far = Say::Wait(503, "Fri, 31 Dec 9999 23:59:59 GMT".to_owned());
    let (labelled, calls) = outcome(vec![far]).await;
    let (_, after) = later(labelled.unwrap_err());
    assert_eq!((after, calls), (Some(Duration::from_hours(24)), 1));
}

#[tokio::test]
async fn tries_are_bounded() {
    let (labelled, calls) = outcome(vec![Say::Error(500, "INTERNAL", "Oops")]).await;
    let (reason, after) = later(labelled.unwrap_err());
    assert_eq!((after, calls), (None, 3));
    assert!(
        reason.contains("500") && reason.contains("Oops"),
        "{reason}"
    );
    let (labelled, calls) = outcome(vec![Say::Wait(429, "0".to_owned())]).await;
    let (_, after) = later(labelled.unwrap_err());
    assert_eq!((after, calls), (Some(Duration::ZERO), 3));
}

#[tokio::test]
async fn what_is_refused_is_not_tried_again() {
    for (status, name, message) in [
        (
            400,
            "INVALID_ARGUMENT",
            "Request contains an invalid argument.",
        ),
        (401, "UNAUTHENTICATED", "Request had invalid credentials."),
        (403, "PERMISSION_DENIED", "Cloud Vision API is not enabled."),
        (404, "NOT_FOUND", "Requested entity was not found."),
    ] {
        let (labelled, calls) = outcome(vec![Say::Error(status, name, message)]).await;
        let reason = refused(labelled.unwrap_err());
        assert_eq!(calls, 1);
        let told = reason.contains(&status.to_string()) && reason.contains(message);
        assert!(told && !reason.contains(TOKEN), "{reason}");
    }
}

#[tokio::test]
async fn a_reason_never_holds_the_token() {
    let message = "Bad header: Bearer ya29.t0ken";
    let (labelled, _) = outcome(vec![Say::Error(401, "UNAUTHENTICATED", message)]).await;
    let reason = refused(labelled.unwrap_err());
    assert!(reason.ends_with("Bad header: Bearer ***"), "{reason}");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (labelled, calls) = outcome(vec![Say::Elsewhere]).await;
    let reason = refused(labelled.unwrap_err());
    assert!(calls == 1 && reason.contains("307"), "{reason}");
}

#[tokio::test]
async fn an_answer_that_is_not_understood_is_not_believed() {
    for text in [
        "",
        "<html>",
        "null",
        "{\"responses\": [",
        "{\"responses\": 1}",
    ] {
        let (labelled, calls) = outcome(vec![Say::Text(text)]).await;
        let (reason, _) = later(labelled.unwrap_err());
        assert!(calls == 1 && reason.contains("understood"), "{reason}");
    }
}

#[tokio::test]
async fn an_answer_is_bounded() {
    let (labelled, calls) = outcome(vec![Say::Blanks(1000)]).await;
    let (reason, _) = later(labelled.unwrap_err());
    assert!(calls == 1 && reason.contains("longer"), "{reason}");
}

/// D6
#[tokio::test]
async fn nobody_waits_without_bound() {
    for endless in [Say::Silence, Say::Unfinished] {
        let fake = Fake::start(Some(TOKEN), vec![endless]).await;
        let mut config = config(&fake.endpoint);
        config.pace.whole = Duration::from_millis(300);
        let labelled = labeller(&config).label(&picture(b"a")).await;
        let (reason, after) = later(labelled.unwrap_err());
        assert!(after.is_none() && reason.contains("300ms"), "{reason}");
        assert_eq!(fake.calls(), 1);
    }
}

#[tokio::test]
async fn nobody_there_may_be_there_later() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let labelled = labeller(&config(&endpoint)).label(&picture(b"a")).await;
    let (reason, after) = later(labelled.unwrap_err());
    assert!(after.is_none() && reason.contains("no answer"), "{reason}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_again() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let breaking = tokio::spawn(async move {
        for _ in 0..3 {
            drop(listener.accept().await.unwrap());
        }
    });
    let labelled = labeller(&config(&endpoint)).label(&picture(b"a")).await;
    later(labelled.unwrap_err());
    breaking.await.expect("it was connected to three times");
}

/// D6 L3
#[tokio::test]
async fn one_more_than_are_asked_about_at_once_is_told_to_come_again() {
    let fake = Fake::start(Some(TOKEN), vec![Say::Silence]).await;
    let mut config = config(&fake.endpoint);
    config.pace.whole = Duration::from_millis(500);
    let labeller = labeller(&config);
    let picture = picture(b"a");
    let labelled = join_all((0..20).map(|_| labeller.label(&picture))).await;
    let told = labelled
        .into_iter()
        .map(|labelled| later(labelled.unwrap_err()).1);
    let full = told.filter(|after| *after == Some(Duration::from_secs(1)));
    assert_eq!(full.count(), 4);
    assert_eq!(fake.calls(), 16);
}
