//! Using, rotating and ending sessions.

use std::time::Duration;

use super::*;
use crate::domain::session::Session;

const SECOND: Duration = Duration::from_secs(1);

fn only_session(bench: &Bench) -> Session {
    bench.sessions.rows().values().next().cloned().unwrap()
}

/// S4 S5
#[tokio::test]
async fn a_refresh_gives_a_new_pair_and_kills_the_old_access_token() {
    let bench = Bench::new();
    let first = bench.anna_signs_in().await;
    assert!(bench.viewer(&first).await.is_some());
    bench.clock.advance(SECOND);
    let second = bench.auth.refresh(&first.refresh).await.unwrap();
    assert!(bench.viewer(&first).await.is_none());
    assert!(bench.viewer(&second).await.is_some());
    assert_eq!(second.expires, first.expires);
}

/// S5
#[tokio::test]
async fn a_repeated_refresh_answers_with_the_same_successor_until_it_is_used() {
    let bench = Bench::new();
    let first = bench.anna_signs_in().await;
    let second = bench.auth.refresh(&first.refresh).await.unwrap();
    for _ in 0..3 {
        bench.clock.advance(SECOND * 60);
        let again = bench.auth.refresh(&first.refresh).await.unwrap();
        assert_eq!(again.access, second.access);
        assert_eq!(again.refresh, second.refresh);
    }
    assert!(bench.viewer(&second).await.is_some());
    let answer = bench.auth.refresh(&first.refresh).await;
    assert_eq!(kind(answer), "Ended");
    assert!(bench.viewer(&second).await.is_some(), "the family lives");
}

/// S6
#[tokio::test]
async fn reuse_ten_seconds_after_the_successors_use_ends_the_family() {
    let bench = Bench::new();
    let first = bench.anna_signs_in().await;
    let second = bench.auth.refresh(&first.refresh).await.unwrap();
    assert!(bench.viewer(&second).await.is_some());
    bench.clock.advance(SECOND * 10);
    let answer = bench.auth.refresh(&first.refresh).await;
    assert_eq!(kind(answer), "Ended");
    assert!(bench.viewer(&second).await.is_none());
    let answer = bench.auth.refresh(&second.refresh).await;
    assert_eq!(kind(answer), "Ended");
}

/// S6
#[tokio::test]
async fn reuse_after_the_successor_was_rotated_ends_the_family() {
    let bench = Bench::new();
    let first = bench.anna_signs_in().await;
    let second = bench.auth.refresh(&first.refresh).await.unwrap();
    let third = bench.auth.refresh(&second.refresh).await.unwrap();
    let answer = bench.auth.refresh(&first.refresh).await;
    assert_eq!(kind(answer), "Ended");
    assert!(bench.viewer(&third).await.is_none());
}

/// S7
#[tokio::test]
async fn twenty_parallel_refreshes_give_one_live_successor() {
    let bench = Bench::new();
    let first = bench.anna_signs_in().await;
    let refreshes = (0..20).map(|_| bench.auth.refresh(&first.refresh));
    let answers = futures::future::join_all(refreshes).await;
    let tokens: Vec<SignedIn> = answers.into_iter().map(Result::unwrap).collect();
    assert!(tokens.iter().all(|t| t.access == tokens[0].access));
    assert_eq!(only_session(&bench).generation, 2);
    assert!(bench.viewer(&tokens[7]).await.is_some());
}

/// S3
#[tokio::test]
async fn each_token_is_good_for_its_own_use_alone() {
    let bench = Bench::new();
    let tokens = bench.anna_signs_in().await;
    assert_eq!(
        bench.auth.authenticate(&tokens.refresh).await.unwrap(),
        None
    );
    assert_eq!(kind(bench.auth.refresh(&tokens.access).await), "Ended");
    assert_eq!(bench.auth.authenticate("garbage").await.unwrap(), None);
    assert_eq!(kind(bench.auth.refresh("garbage").await), "Ended");
}

/// S9
#[tokio::test]
async fn an_access_token_dies_after_fifteen_minutes_and_a_session_after_a_day_unused() {
    let bench = Bench::new();
    let first = bench.anna_signs_in().await;
    bench.clock.advance(SECOND * 60 * 15);
    assert!(bench.viewer(&first).await.is_none());
    let second = bench.auth.refresh(&first.refresh).await.unwrap();
    assert!(bench.viewer(&second).await.is_some());
    bench.clock.advance(SECOND * 60 * 60 * 24);
    let answer = bench.auth.refresh(&second.refresh).await;
    assert_eq!(kind(answer), "Ended");
}

/// S9
#[tokio::test]
async fn a_session_in_constant_use_ends_after_seven_days() {
    let bench = Bench::new();
    let mut tokens = bench.anna_signs_in().await;
    let mut hours = 0;
    while let Ok(next) = bench.auth.refresh(&tokens.refresh).await {
        assert!(bench.viewer(&next).await.is_some(), "after {hours} hours");
        tokens = next;
        bench.clock.advance(SECOND * 60 * 60);
        hours += 1;
    }
    assert_eq!(hours, 7 * 24);
}

#[tokio::test]
async fn last_use_is_recorded_at_most_every_five_minutes() {
    let bench = Bench::new();
    let tokens = bench.anna_signs_in().await;
    let mut marks = Vec::new();
    for _ in 0..12 {
        bench.accounts.take_statements();
        assert!(bench.viewer(&tokens).await.is_some());
        marks.push(bench.accounts.take_statements().len() == 2);
        bench.clock.advance(SECOND * 60);
    }
    let marked = (0..12).map(|minute| minute % 5 == 0);
    assert_eq!(marks, marked.collect::<Vec<_>>());
}

/// S8
#[tokio::test]
async fn signing_out_ends_this_session_alone_and_may_be_repeated() {
    let bench = Bench::new();
    let (one, two) = (bench.anna_signs_in().await, bench.anna_signs_in().await);
    let viewer = bench.viewer(&one).await.unwrap();
    for _ in 0..2 {
        bench.auth.sign_out(&viewer).await.unwrap();
    }
    assert!(bench.viewer(&one).await.is_none());
    assert_eq!(kind(bench.auth.refresh(&one.refresh).await), "Ended");
    assert!(bench.viewer(&two).await.is_some());
}

/// S8
#[tokio::test]
async fn signing_out_everywhere_ends_all_sessions_of_the_member_and_no_others() {
    let bench = Bench::new();
    bench.accounts.member("bert", "bert@example.com");
    let bert = bench.try_sign_in("bert@example.com", Account::PASSWORD);
    let bert = bert.await.unwrap();
    let (one, two) = (bench.anna_signs_in().await, bench.anna_signs_in().await);
    let viewer = bench.viewer(&one).await.unwrap();
    for _ in 0..2 {
        bench.auth.sign_out_everywhere(&viewer).await.unwrap();
    }
    for dead in [one, two] {
        assert!(bench.viewer(&dead).await.is_none());
        assert_eq!(kind(bench.auth.refresh(&dead.refresh).await), "Ended");
    }
    assert!(bench.viewer(&bert).await.is_some());
}
