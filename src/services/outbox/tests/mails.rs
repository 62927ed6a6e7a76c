//! Sending mails: links, retries, dead letters.

use super::*;
use crate::domain::token::TokenPurpose;
use crate::services::mailed;

const NOTICE: Letter = Letter::PasswordChanged;

fn again(outcome: &Outcome) -> Option<Timestamp> {
    match outcome {
        Outcome::Again(at, _) => Some(*at),
        _ => None,
    }
}

/// A7
#[tokio::test]
async fn the_token_of_a_link_is_made_when_its_mail_is_sent_and_kept_hashed() {
    let bench = Bench::new();
    let anna = bench.accounts.member("anna", ANNA);
    let nora = bench.accounts.newcomer("nora", "nora@example.com");
    let letter = Letter::PasswordReset { user: anna };
    assert_eq!(bench.mail(0, letter).await, Outcome::Done);
    let letter = Letter::ConfirmAddress { user: nora };
    let mail = mail_to("nora@example.com", letter);
    bench.job(2, 0, Task::Mail(mail));
    assert_eq!(bench.once().await, Outcome::Done);
    let tokens = bench.accounts.rows().tokens.clone();
    let expected = [
        (TokenPurpose::Reset, anna, Duration::from_mins(15)),
        (TokenPurpose::Confirm, nora, Duration::from_hours(7 * 24)),
    ];
    for (at, (purpose, user, lifetime)) in expected.into_iter().enumerate() {
        let (token, message) = (&tokens[at], &bench.sent()[at]);
        assert_eq!((token.purpose, token.user), (purpose, user));
        assert_eq!(token.expires.since(bench.clock.now()), lifetime);
        assert_eq!(token.hash, mailed::hash(&message.text));
        assert_eq!(token.address, message.to);
    }
}

/// A6
#[tokio::test]
async fn letters_to_nobody_and_overtaken_ones_are_dropped() {
    let bench = Bench::new();
    let anna = bench.accounts.member("anna", ANNA);
    let nora = bench.accounts.newcomer("nora", "nora@example.com");
    let squatter = bench.accounts.newcomer("squatter", ANNA);
    let gone = UserId::new(99);
    for letter in [
        Letter::PasswordReset {
            user: mailed::NOBODY,
        },
        Letter::ConfirmAddress {
            user: mailed::NOBODY,
        },
        Letter::PasswordReset { user: gone },
        Letter::PasswordReset { user: nora },
        Letter::ConfirmAddress { user: gone },
        Letter::ConfirmAddress { user: anna },
        Letter::ConfirmAddress { user: nora },
        Letter::ConfirmAddress { user: squatter },
    ] {
        assert_eq!(bench.mail(0, letter.clone()).await, Outcome::Done);
        assert!(bench.sent().is_empty(), "{letter:?}");
    }
    assert!(bench.accounts.rows().tokens.is_empty());
}

/// M2
#[tokio::test]
async fn a_mail_that_cannot_go_now_is_tried_again_later_and_later() {
    let bench = Bench::new();
    let mut last = Duration::ZERO;
    for attempts in 0..8 {
        let (reason, after) = ("421 busy".to_owned(), None);
        bench.fails_with(MailError::Later { reason, after });
        let outcome = bench.mail(attempts, NOTICE).await;
        let wait = again(&outcome).unwrap().since(bench.clock.now());
        assert!(wait > last, "{attempts}: {wait:?}");
        last = wait;
    }
}

/// M2
#[tokio::test]
async fn the_other_sides_wish_to_wait_is_honoured_within_a_day() {
    let bench = Bench::new();
    let (hour, century) = (Duration::from_hours(1), Duration::from_hours(24 * 36_525));
    for (asked, waited) in [(2 * hour, 2 * hour), (century, 24 * hour)] {
        let (reason, after) = ("429".to_owned(), Some(asked));
        bench.fails_with(MailError::Later { reason, after });
        let outcome = bench.mail(0, NOTICE).await;
        let wait = again(&outcome).unwrap().since(bench.clock.now());
        assert_eq!(wait, waited);
    }
}

/// M2
#[tokio::test]
async fn a_refused_mail_is_a_dead_letter_and_so_is_one_that_failed_too_often() {
    let bench = Bench::new();
    bench.fails_with(MailError::Refused("550 no such user".into()));
    let outcome = bench.mail(0, NOTICE).await;
    assert_eq!(outcome, Outcome::Dead("550 no such user".into()));
    let (reason, after) = ("421 busy".to_owned(), None);
    bench.fails_with(MailError::Later { reason, after });
    let outcome = bench.mail(19, NOTICE).await;
    assert_eq!(outcome, Outcome::Dead("421 busy".into()));
}

/// M3 M5
#[tokio::test]
async fn every_attempt_at_a_row_has_the_same_message_id_of_the_configured_host() {
    let bench = Bench::new();
    bench.mail(0, NOTICE).await;
    bench.mail(1, NOTICE).await;
    bench.job(2, 0, Task::Mail(mail_to(ANNA, NOTICE)));
    bench.once().await;
    let ids: Vec<String> = bench.sent().into_iter().map(|m| m.id).collect();
    assert_eq!(ids[0], "<job-1.1600000000000000@shotify.example>");
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}
