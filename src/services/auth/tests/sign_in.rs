//! Signing in.

use super::*;

/// A3
#[tokio::test]
async fn unknown_wrong_and_unconfirmed_with_a_wrong_password_are_refused_alike() {
    let bench = Bench::new();
    for (email, password) in [
        (ANNA, "wrong"),
        ("nobody@example.com", Account::PASSWORD),
        ("nora@example.com", "wrong"),
        ("not an address", Account::PASSWORD),
        (ANNA, ""),
        (ANNA, &"x".repeat(5000)),
    ] {
        let answer = kind(bench.try_sign_in(email, password).await);
        assert_eq!(answer, "Refused", "{email}");
    }
}

/// A3
#[tokio::test]
async fn that_an_address_is_unconfirmed_is_told_after_the_right_password_alone() {
    let bench = Bench::new();
    let nora = "NORA@example.com";
    let answer = bench.try_sign_in(nora, Account::PASSWORD).await;
    assert_eq!(kind(answer), "NotVerified");
    assert!(bench.sessions.rows().is_empty());
}

/// A4
#[tokio::test]
async fn every_failure_costs_the_same_hashes_and_statements() {
    let mut costs = Vec::new();
    for (email, password) in [
        (ANNA, "wrong"),
        (ANNA, &"x".repeat(5000)),
        ("nobody@example.com", "wrong"),
        ("nora@example.com", "wrong"),
        ("not an address", "wrong"),
    ] {
        let bench = Bench::new();
        let answer = kind(bench.try_sign_in(email, password).await);
        assert_eq!(answer, "Refused", "{email}");
        let statements = bench.accounts.take_statements();
        let mails = bench.accounts.mails().len();
        costs.push((bench.hasher.work(), statements, mails));
    }
    assert_eq!(costs[0], (1, vec!["users.credentials"], 0));
    assert!(costs.iter().all(|cost| *cost == costs[0]), "{costs:?}");
}

/// A1
#[tokio::test]
async fn an_outdated_hash_is_renewed_by_signing_in() {
    let bench = Bench::new();
    let id = bench.accounts.with(ANNA).unwrap().user.id;
    let old = format!("old:{}", Account::PASSWORD);
    bench.accounts.rows().account_mut(id).unwrap().hash = old;
    bench.anna_signs_in().await;
    assert!(bench.accounts.with(ANNA).unwrap().hash.starts_with("now:"));
    bench.anna_signs_in().await;
}

/// L4
#[tokio::test]
async fn twenty_failures_for_an_account_lock_it_known_or_not() {
    for email in [ANNA, "nobody@example.com", "not an address"] {
        let bench = Bench::new();
        for _ in 0..20 {
            let answer = kind(bench.try_sign_in(email, "wrong").await);
            assert_eq!(answer, "Refused");
        }
        let spelled = email.to_uppercase();
        let answer = kind(bench.try_sign_in(&spelled, Account::PASSWORD).await);
        assert!(answer.starts_with("Limited"), "{email}: {answer}");
    }
}

/// L4
#[tokio::test]
async fn sixty_failures_lock_a_network_and_no_other() {
    let bench = Bench::new();
    for no in 0..60 {
        let email = format!("{no}@example.com");
        assert_eq!(kind(bench.try_sign_in(&email, "wrong").await), "Refused");
    }
    let answer = kind(bench.try_sign_in(ANNA, Account::PASSWORD).await);
    assert!(answer.starts_with("Limited"), "{answer}");
    let elsewhere = IpAddr::from([192, 0, 2, 1]);
    let signed_in = bench.auth.sign_in(ANNA, Account::PASSWORD, elsewhere);
    assert!(signed_in.await.is_ok());
}

/// L4
#[tokio::test]
async fn right_passwords_are_not_counted() {
    let bench = Bench::new();
    for _ in 0..100 {
        bench.anna_signs_in().await;
        let nora = bench.try_sign_in("nora@example.com", Account::PASSWORD);
        assert_eq!(kind(nora.await), "NotVerified");
    }
    assert!(bench.limiter.counts().values().all(|count| *count == 0));
}

/// G4
#[tokio::test]
async fn parallel_attempts_do_not_get_around_the_limit() {
    let bench = Bench::new();
    let attempts = (0..100).map(|_| bench.try_sign_in(ANNA, "wrong"));
    let answers = futures::future::join_all(attempts).await;
    let refused = answers.into_iter().map(kind).filter(|a| a == "Refused");
    assert_eq!(refused.count(), 20);
    assert_eq!(bench.hasher.work(), 20);
}

/// S10
#[tokio::test]
async fn the_csrf_token_is_that_of_the_session() {
    let bench = Bench::new();
    let (one, two) = (bench.anna_signs_in().await, bench.anna_signs_in().await);
    let viewer = bench.viewer(&one).await.unwrap();
    assert!(bench.auth.csrf_matches(&viewer, &one.csrf));
    assert!(!bench.auth.csrf_matches(&viewer, &two.csrf));
}
