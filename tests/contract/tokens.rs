//! `MailTokens`.

use shotify::adapters::sql::SqlStore;
use shotify::domain::email::Email;
use shotify::domain::id::UserId;
use shotify::domain::token::{MailToken, TokenPurpose};
use shotify::ports::store::Store;
use shotify::ports::users::Purged;

use crate::support::{at, contract, pending, race, unit, until_free};

contract! {
    a_token_is_taken_once,
    a_token_is_good_for_its_purpose_only_and_until_it_expires,
    of_racing_callers_one_takes_the_token,
    a_unit_that_is_dropped_leaves_the_token,
    voiding_ends_the_open_tokens_of_one_purpose,
    expired_tokens_are_purged_some_at_a_time,
    a_purged_account_takes_its_tokens_along,
}

fn token(user: UserId, purpose: TokenPurpose, hash: u8) -> MailToken {
    MailToken {
        user,
        purpose,
        address: Email::parse("Anna@example.com").unwrap(),
        hash: [hash; 32],
        expires: at(100),
    }
}

async fn keep(store: &SqlStore, tokens: &[MailToken]) {
    let mut unit = unit(store).await;
    for token in tokens {
        unit.tokens().add(token).await.unwrap();
    }
    unit.commit().await.unwrap();
}

async fn take(store: &SqlStore, hash: u8, purpose: TokenPurpose, now: i64) -> Option<MailToken> {
    until_free(|| async {
        let mut unit = store.begin().await?;
        let taken = unit.tokens().take(&[hash; 32], purpose, at(now)).await?;
        unit.commit().await.map(|()| taken)
    })
    .await
    .unwrap()
}

/// A7
async fn a_token_is_taken_once(store: SqlStore) {
    let anna = pending(&store, "anna").await;
    let kept = token(anna, TokenPurpose::Reset, 255);
    keep(&store, std::slice::from_ref(&kept)).await;
    assert_eq!(take(&store, 255, TokenPurpose::Reset, 1).await, Some(kept));
    assert_eq!(take(&store, 255, TokenPurpose::Reset, 1).await, None);
    assert_eq!(take(&store, 254, TokenPurpose::Reset, 1).await, None);
}

/// A7
async fn a_token_is_good_for_its_purpose_only_and_until_it_expires(store: SqlStore) {
    let anna = pending(&store, "anna").await;
    let kept = token(anna, TokenPurpose::Confirm, 1);
    keep(&store, std::slice::from_ref(&kept)).await;
    assert_eq!(take(&store, 1, TokenPurpose::Reset, 1).await, None);
    assert_eq!(take(&store, 1, TokenPurpose::Confirm, 100).await, None);
    assert_eq!(take(&store, 1, TokenPurpose::Confirm, 99).await, Some(kept));
}

/// A7
async fn of_racing_callers_one_takes_the_token(store: SqlStore) {
    let anna = pending(&store, "anna").await;
    keep(&store, &[token(anna, TokenPurpose::Reset, 1)]).await;
    let taken = race(10, |_| {
        let store = store.clone();
        async move { take(&store, 1, TokenPurpose::Reset, 1).await }
    })
    .await;
    assert_eq!(taken.iter().flatten().count(), 1);
}

async fn a_unit_that_is_dropped_leaves_the_token(store: SqlStore) {
    let anna = pending(&store, "anna").await;
    keep(&store, &[token(anna, TokenPurpose::Reset, 1)]).await;
    let mut dropped = unit(&store).await;
    let taken = dropped
        .tokens()
        .take(&[1; 32], TokenPurpose::Reset, at(1))
        .await;
    assert!(taken.unwrap().is_some());
    drop(dropped);
    assert!(take(&store, 1, TokenPurpose::Reset, 1).await.is_some());
}

async fn voiding_ends_the_open_tokens_of_one_purpose(store: SqlStore) {
    let anna = pending(&store, "anna").await;
    let berta = pending(&store, "berta").await;
    let (reset, confirm) = (TokenPurpose::Reset, TokenPurpose::Confirm);
    let kept = [
        (anna, reset, 1),
        (anna, reset, 2),
        (anna, confirm, 3),
        (berta, reset, 4),
    ];
    keep(
        &store,
        &kept.map(|(user, purpose, hash)| token(user, purpose, hash)),
    )
    .await;
    let mut voiding = unit(&store).await;
    voiding.tokens().void(anna, reset).await.unwrap();
    voiding.commit().await.unwrap();
    let mut left = Vec::new();
    for (_, purpose, hash) in kept {
        left.push(take(&store, hash, purpose, 1).await.is_some());
    }
    assert_eq!(left, [false, false, true, true]);
}

async fn expired_tokens_are_purged_some_at_a_time(store: SqlStore) {
    let anna = pending(&store, "anna").await;
    let mut tokens: Vec<_> = (0..5)
        .map(|n| token(anna, TokenPurpose::Reset, n))
        .collect();
    tokens[4].expires = at(101);
    keep(&store, &tokens).await;
    for expected in [3, 1, 0] {
        let mut purging = unit(&store).await;
        assert_eq!(purging.tokens().purge(at(100), 3).await.unwrap(), expected);
        purging.commit().await.unwrap();
    }
    assert!(take(&store, 4, TokenPurpose::Reset, 100).await.is_some());
}

async fn a_purged_account_takes_its_tokens_along(store: SqlStore) {
    let anna = pending(&store, "anna").await;
    keep(&store, &[token(anna, TokenPurpose::Confirm, 1)]).await;
    let mut purging = unit(&store).await;
    let purged = purging.users().purge_unconfirmed(at(1), 10).await.unwrap();
    purging.commit().await.unwrap();
    let avatars = vec!["avatars/anna".to_owned()];
    assert_eq!(
        purged,
        Purged {
            accounts: 1,
            avatars
        }
    );
    assert_eq!(take(&store, 1, TokenPurpose::Confirm, 1).await, None);
}
