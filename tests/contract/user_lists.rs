//! `UserReader`: finding members.

use shotify::adapters::sql::SqlStore;
use shotify::domain::id::UserId;
use shotify::domain::user::User;
use shotify::ports::store::Store;
use shotify::ports::users::UserQuery;

use crate::support::members::read;
use crate::support::{confirmed, contract, joined, newcomer, pending, unit};

contract! {
    sign_in_finds_the_confirmed_account_else_the_newest_pending_one,
    an_address_that_a_member_waits_for_signs_nobody_in,
    all_who_wait_for_an_address_are_found_newest_first,
    sign_in_costs_one_statement_whether_or_not_there_is_an_account,
    names_are_found_by_prefix_and_nothing_is_a_wildcard,
    lists_are_newest_first_and_bounded,
    addresses_are_found_exactly,
    unconfirmed_accounts_are_listed_only_when_asked_for,
    members_by_id_leave_out_the_missing_at_the_same_cost,
}

async fn credentials(store: &SqlStore, key: &str) -> Option<(UserId, bool)> {
    let found = store.users().credentials(key).await.unwrap();
    found.map(|c| (c.user, c.confirmed))
}

async fn sign_in_finds_the_confirmed_account_else_the_newest_pending_one(store: SqlStore) {
    let first = joined(&store, newcomer("anna", "anna@example.com")).await;
    let second = joined(&store, newcomer("anna2", "ANNA@example.com")).await;
    let key = "anna@example.com";
    assert_eq!(credentials(&store, key).await, Some((second, false)));
    assert_eq!(waiting(&store, key, 1).await, [second]);
    assert_eq!(store.users().confirmed_with(key).await.unwrap(), None);
    let mut writing = unit(&store).await;
    let address = newcomer("anna", "Anna@example.com").pending_email;
    writing.users().confirm(first, &address).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(credentials(&store, key).await, Some((first, true)));
    assert_eq!(credentials(&store, "nobody@example.com").await, None);
}

/// Else anyone could take the sign-in of an address away from the account that waits for it.
async fn an_address_that_a_member_waits_for_signs_nobody_in(store: SqlStore) {
    let newcomer = pending(&store, "newcomer").await;
    let member = confirmed(&store, "member").await;
    let mut user = read(&store, member).await;
    user.pending_email = read(&store, newcomer).await.pending_email;
    let mut writing = unit(&store).await;
    writing.users().update(&user).await.unwrap();
    writing.commit().await.unwrap();
    let key = "newcomer@example.com";
    assert_eq!(credentials(&store, key).await, Some((newcomer, false)));
}

async fn waiting(store: &SqlStore, key: &str, limit: u32) -> Vec<UserId> {
    let found = store.users().waiting_for(key, limit).await.unwrap();
    found.iter().map(|user| user.id).collect()
}

/// A9: else one of them could take the link away from the others.
async fn all_who_wait_for_an_address_are_found_newest_first(store: SqlStore) {
    let key = "shared@example.com";
    joined(&store, newcomer("elsewhere", "other@example.com")).await;
    let mut all = vec![joined(&store, newcomer("stale1", key)).await];
    for name in ["first", "second"] {
        let member = confirmed(&store, name).await;
        let mut user = read(&store, member).await;
        user.pending_email = Some(newcomer(name, key).pending_email);
        let mut writing = unit(&store).await;
        writing.users().update(&user).await.unwrap();
        writing.commit().await.unwrap();
        all.push(member);
    }
    all.push(joined(&store, newcomer("stale2", "SHARED@example.com")).await);
    all.reverse();
    assert_eq!(waiting(&store, key, 9).await, all);
    assert_eq!(waiting(&store, key, 2).await, all[..2]);
    assert!(waiting(&store, "nobody@example.com", 9).await.is_empty());
}

/// A4
async fn sign_in_costs_one_statement_whether_or_not_there_is_an_account(store: SqlStore) {
    confirmed(&store, "anna").await;
    pending(&store, "berta").await;
    for key in [
        "anna@example.com",
        "berta@example.com",
        "nobody@example.com",
    ] {
        let before = store.statements();
        credentials(&store, key).await;
        assert_eq!(store.statements() - before, 1, "{key}");
    }
}

async fn names(store: &SqlStore, query: UserQuery, limit: u32) -> Vec<String> {
    let found = store.users().list(&query, limit).await.unwrap();
    found
        .iter()
        .map(|u| u.username.as_str().to_owned())
        .collect()
}

async fn named(store: &SqlStore, prefix: &str) -> Vec<String> {
    let query = UserQuery {
        username_prefix: Some(prefix.to_owned()),
        ..UserQuery::default()
    };
    names(store, query, 100).await
}

async fn names_are_found_by_prefix_and_nothing_is_a_wildcard(store: SqlStore) {
    for name in ["Anna", "anna_b", "annaxb", "bert", "zzz"] {
        confirmed(&store, name).await;
    }
    assert_eq!(named(&store, "anna").await, ["annaxb", "anna_b", "Anna"]);
    assert_eq!(named(&store, "anna_").await, ["anna_b"]);
    assert_eq!(named(&store, "zz").await, ["zzz"]);
    assert_eq!(named(&store, "").await.len(), 5);
    for nothing in ["_", "%", "a%", "ann_b", "anna ", "bert ", "ä", "\u{10FFFF}"] {
        assert!(named(&store, nothing).await.is_empty(), "{nothing:?}");
    }
}

async fn lists_are_newest_first_and_bounded(store: SqlStore) {
    for name in ["one", "two", "three"] {
        confirmed(&store, name).await;
    }
    let all = UserQuery::default();
    assert_eq!(names(&store, all.clone(), 2).await, ["three", "two"]);
    assert_eq!(names(&store, all.clone(), 100).await.len(), 3);
    let nobody = UserQuery {
        id: Some(None),
        ..all
    };
    assert!(names(&store, nobody, 100).await.is_empty());
}

async fn addressed(store: &SqlStore, key: &str, unconfirmed: bool) -> Vec<String> {
    let query = UserQuery {
        email_key: Some(key.to_owned()),
        unconfirmed,
        ..UserQuery::default()
    };
    names(store, query, 100).await
}

async fn addresses_are_found_exactly(store: SqlStore) {
    confirmed(&store, "anna").await;
    pending(&store, "berta").await;
    assert_eq!(addressed(&store, "anna@example.com", false).await, ["anna"]);
    assert_eq!(addressed(&store, "anna@example.com", true).await, ["anna"]);
    assert!(
        addressed(&store, "berta@example.com", false)
            .await
            .is_empty()
    );
    assert_eq!(
        addressed(&store, "berta@example.com", true).await,
        ["berta"]
    );
    assert!(addressed(&store, "anna@example.co_", true).await.is_empty());
}

async fn unconfirmed_accounts_are_listed_only_when_asked_for(store: SqlStore) {
    let waiting = pending(&store, "waiting").await;
    let member = confirmed(&store, "member").await;
    let query = |id: Option<UserId>, unconfirmed| UserQuery {
        id: id.map(Some),
        unconfirmed,
        ..UserQuery::default()
    };
    assert_eq!(names(&store, query(None, false), 9).await, ["member"]);
    assert_eq!(
        names(&store, query(None, true), 9).await,
        ["member", "waiting"]
    );
    assert!(
        names(&store, query(Some(waiting), false), 9)
            .await
            .is_empty()
    );
    assert_eq!(
        names(&store, query(Some(waiting), true), 9).await,
        ["waiting"]
    );
    assert_eq!(
        names(&store, query(Some(member), false), 9).await,
        ["member"]
    );
}

async fn members_by_id_leave_out_the_missing_at_the_same_cost(store: SqlStore) {
    let anna = confirmed(&store, "anna").await;
    let berta = pending(&store, "berta").await;
    let missing = UserId::new(9999);
    for (asked, expected) in [
        (vec![anna, berta, missing], vec![anna, berta]),
        (vec![missing, missing, anna], vec![anna]),
        (vec![missing], vec![]),
    ] {
        let before = store.statements();
        let mut found: Vec<User> = store.users().by_ids(&asked).await.unwrap();
        assert_eq!(store.statements() - before, 1);
        found.sort_by_key(|user| user.id);
        let ids: Vec<_> = found.iter().map(|user| user.id).collect();
        assert_eq!(ids, expected);
    }
    assert!(store.users().by_ids(&[]).await.unwrap().is_empty());
}
