//! Resetting and changing passwords.

use std::time::Duration;

use async_trait::async_trait;

use super::*;
use crate::domain::email::Email;
use crate::domain::mail::Letter;
use crate::domain::password::Password;
use crate::domain::token::{MailToken, TokenPurpose};
use crate::domain::user::Stamp;
use crate::ports::clock::Clock as _;
use crate::ports::passwords::{HashError, PasswordHasher, Verdict};
use crate::ports::sessions::MockSessionStore;
use crate::ports::store::StoreError;
use crate::services::mailed;

/// Keeps a token as the outbox worker does when it mails a link.
fn mailed_token(bench: &Bench, purpose: TokenPurpose, token: &str) -> String {
    bench.accounts.token(MailToken {
        user: bench.accounts.with(ANNA).unwrap().user.id,
        purpose,
        address: Email::parse(ANNA).unwrap(),
        hash: mailed::hash(token),
        expires: bench.clock.now().plus(Duration::from_mins(15)),
    });
    token.to_owned()
}

fn reset_token(bench: &Bench, token: &str) -> String {
    mailed_token(bench, TokenPurpose::Reset, token)
}

/// A6
#[tokio::test]
async fn asking_for_a_reset_costs_the_same_for_unknown_addresses() {
    let mut costs = Vec::new();
    for email in [ANNA, "nobody@example.com", "nora@example.com"] {
        let bench = Bench::new();
        bench.auth.request_reset(email, HOME).await.unwrap();
        let letters: Vec<Letter> = bench
            .accounts
            .mails()
            .into_iter()
            .map(|m| m.letter)
            .collect();
        let id = bench.accounts.with(ANNA).unwrap().user.id;
        let user = if email == ANNA { id } else { mailed::NOBODY };
        assert_eq!(letters, [Letter::PasswordReset { user }], "{email}");
        costs.push((bench.hasher.work(), bench.accounts.take_statements()));
    }
    assert!(costs.iter().all(|cost| *cost == costs[0]), "{costs:?}");
    let bench = Bench::new();
    bench
        .auth
        .request_reset("not an address", HOME)
        .await
        .unwrap();
}

/// M6
#[tokio::test]
async fn the_fourth_request_of_an_hour_is_dropped_silently() {
    let bench = Bench::new();
    for email in [ANNA, "nobody@example.com"] {
        for _ in 0..4 {
            bench.auth.request_reset(email, HOME).await.unwrap();
        }
    }
    assert_eq!(bench.accounts.mails().len(), 6);
}

/// A7 A8
#[tokio::test]
async fn a_reset_ends_every_session_tells_the_owner_and_works_once() {
    let bench = Bench::new();
    let old = bench.anna_signs_in().await;
    let (token, other) = (reset_token(&bench, "one"), reset_token(&bench, "two"));
    bench.auth.reset_password(&token, NEW).await.unwrap();
    assert!(bench.viewer(&old).await.is_none());
    assert_eq!(kind(bench.auth.refresh(&old.refresh).await), "Ended");
    let mails = bench.accounts.mails();
    assert_eq!(
        (mails.len(), &mails[0].letter),
        (1, &Letter::PasswordChanged)
    );
    for used in [token, other] {
        let answer = bench.auth.reset_password(&used, NEW).await;
        assert_eq!(kind(answer), "Token");
    }
    let answer = bench.try_sign_in(ANNA, Account::PASSWORD).await;
    assert_eq!(kind(answer), "Refused");
    assert!(bench.try_sign_in(ANNA, NEW).await.is_ok());
}

/// A7
#[tokio::test]
async fn a_refused_password_does_not_use_up_the_token() {
    let bench = Bench::new();
    let token = reset_token(&bench, "one");
    for bad in ["short", "password", "anna1234"] {
        let Err(ResetError::Invalid(invalid)) = bench.auth.reset_password(&token, bad).await else {
            panic!("{bad} was not refused");
        };
        assert_eq!(invalid.field, "newPassword");
    }
    assert!(bench.auth.reset_password(&token, NEW).await.is_ok());
}

/// A7
#[tokio::test]
async fn expired_foreign_and_invented_tokens_are_refused_before_any_hashing() {
    let bench = Bench::new();
    let late = reset_token(&bench, "late");
    bench.clock.advance(Duration::from_mins(15));
    let confirm = mailed_token(&bench, TokenPurpose::Confirm, "confirm");
    for bad in [late.as_str(), &confirm, "", "invented"] {
        let answer = bench.auth.reset_password(bad, NEW).await;
        assert_eq!(kind(answer), "Token", "{bad}");
    }
    assert_eq!(bench.hasher.work(), 0);
    assert_eq!(bench.accounts.rows().tokens.len(), 2, "none is used up");
}

/// A9
#[tokio::test]
async fn a_reset_stops_a_change_of_the_address() {
    let bench = Bench::new();
    let id = bench.accounts.with(ANNA).unwrap().user.id;
    let elsewhere = Some(Email::parse("thief@example.com").unwrap());
    let pending = |bench: &Bench| bench.accounts.with(ANNA).unwrap().user.pending_email;
    if let Some(row) = bench.accounts.rows().account_mut(id) {
        row.user.pending_email = elsewhere;
    }
    mailed_token(&bench, TokenPurpose::Confirm, "confirm");
    let token = reset_token(&bench, "one");
    bench.auth.reset_password(&token, NEW).await.unwrap();
    assert_eq!(pending(&bench), None);
    assert!(bench.accounts.rows().tokens.is_empty());
}

/// A7
#[tokio::test]
async fn a_token_mailed_to_an_address_that_was_replaced_is_dead() {
    let bench = Bench::new();
    let token = reset_token(&bench, "one");
    let id = bench.accounts.with(ANNA).unwrap().user.id;
    if let Some(row) = bench.accounts.rows().account_mut(id) {
        row.user.email = Some(Email::parse("new@example.com").unwrap());
    }
    let answer = bench.auth.reset_password(&token, NEW).await;
    assert_eq!(kind(answer), "Token");
}

/// A8
#[tokio::test]
async fn changing_the_password_keeps_this_session_and_ends_the_others() {
    let bench = Bench::new();
    let (here, there) = (bench.anna_signs_in().await, bench.anna_signs_in().await);
    let viewer = bench.viewer(&here).await.unwrap();
    reset_token(&bench, "open");
    let changed = bench.auth.change_password(&viewer, Account::PASSWORD, NEW);
    changed.await.unwrap();
    assert!(bench.viewer(&here).await.is_some());
    assert!(bench.auth.refresh(&here.refresh).await.is_ok());
    assert!(bench.viewer(&there).await.is_none());
    assert_eq!(bench.accounts.mails()[0].letter, Letter::PasswordChanged);
    assert!(bench.accounts.rows().tokens.is_empty());
    assert!(bench.try_sign_in(ANNA, NEW).await.is_ok());
}

/// What a change answers when the session store has these errors for it, one after another.
async fn change_with_session_errors(errors: Vec<StoreError>) -> (Bench, SignedIn, String) {
    let mut bench = Bench::new();
    let tokens = bench.anna_signs_in().await;
    let viewer = bench.viewer(&tokens).await.unwrap();
    let (memory, mut errors) = (Arc::clone(&bench.sessions), errors.into_iter());
    let mut sessions = MockSessionStore::new();
    sessions.expect_restamp().returning(move |id, stamp| {
        errors.next().map_or_else(
            || {
                memory.rows().get_mut(&id).unwrap().stamp = stamp;
                Ok(())
            },
            Err,
        )
    });
    bench.auth.sessions = Arc::new(sessions);
    let changed = bench.auth.change_password(&viewer, Account::PASSWORD, NEW);
    let changed = kind(changed.await);
    bench.auth.sessions = Arc::clone(&bench.sessions) as _;
    (bench, tokens, changed)
}

/// A8 D4
#[tokio::test(start_paused = true)]
async fn this_session_is_carried_over_though_another_transaction_is_in_the_way() {
    let errors = vec![StoreError::Contention, StoreError::Contention];
    let (bench, tokens, changed) = change_with_session_errors(errors).await;
    assert_eq!(changed, "ok");
    assert!(bench.viewer(&tokens).await.is_some());
}

/// A8
#[tokio::test]
async fn a_password_that_was_changed_is_answered_so_though_this_session_is_lost() {
    let away = StoreError::Unavailable("away".into());
    let (bench, tokens, changed) = change_with_session_errors(vec![away]).await;
    assert_eq!(changed, "ok");
    assert!(bench.viewer(&tokens).await.is_none());
    assert!(bench.try_sign_in(ANNA, NEW).await.is_ok());
}

#[tokio::test]
async fn a_wrong_current_password_changes_nothing_and_is_limited() {
    let bench = Bench::new();
    let tokens = bench.anna_signs_in().await;
    let viewer = bench.viewer(&tokens).await.unwrap();
    let change = |current: &'static str| bench.auth.change_password(&viewer, current, NEW);
    for _ in 0..20 {
        let Err(ChangePasswordError::Invalid(invalid)) = change("wrong").await else {
            panic!("a wrong password was not refused");
        };
        assert_eq!(invalid.field, "currentPassword");
    }
    let answer = kind(change(Account::PASSWORD).await);
    assert!(answer.starts_with("Limited"), "{answer}");
    assert!(bench.accounts.mails().is_empty());
    let again = bench.try_sign_in(ANNA, Account::PASSWORD).await;
    assert!(again.is_ok(), "signing in is limited for itself");
}

/// A2
#[tokio::test]
async fn a_weak_new_password_is_refused_on_its_field() {
    let bench = Bench::new();
    let tokens = bench.anna_signs_in().await;
    let viewer = bench.viewer(&tokens).await.unwrap();
    let change = bench
        .auth
        .change_password(&viewer, Account::PASSWORD, "anna1234");
    let Err(ChangePasswordError::Invalid(invalid)) = change.await else {
        panic!("a weak password was not refused");
    };
    assert_eq!(invalid.field, "newPassword");
    assert!(bench.viewer(&tokens).await.is_some());
}

/// Hashes slowly enough for the account to be reset meanwhile.
struct Overtaken(Arc<Accounts>);

#[async_trait]
impl PasswordHasher for Overtaken {
    async fn hash(&self, password: Password) -> Result<String, HashError> {
        let id = self.0.with(ANNA).unwrap().user.id;
        if let Some(row) = self.0.rows().account_mut(id) {
            row.stamp = Stamp([99; 16]);
            row.hash = format!("now:{NEW}");
        }
        FakeHasher::default().hash(password).await
    }
    async fn verify(&self, password: Password, hash: String) -> Result<Verdict, HashError> {
        FakeHasher::default().verify(password, hash).await
    }
    fn decoy(&self) -> String {
        "decoy".into()
    }
}

/// A8
#[tokio::test]
async fn a_reset_is_not_undone_by_a_change_under_way_with_the_old_password() {
    let mut bench = Bench::new();
    let tokens = bench.anna_signs_in().await;
    let viewer = bench.viewer(&tokens).await.unwrap();
    bench.auth.hasher = Arc::new(Overtaken(Arc::clone(&bench.accounts)));
    let thief = "the thief's own passphrase";
    let change = bench
        .auth
        .change_password(&viewer, Account::PASSWORD, thief);
    let Err(ChangePasswordError::Invalid(invalid)) = change.await else {
        panic!("the old password was still taken");
    };
    assert_eq!(invalid.field, "currentPassword");
    assert!(bench.viewer(&tokens).await.is_none());
    assert!(bench.try_sign_in(ANNA, NEW).await.is_ok());
}
