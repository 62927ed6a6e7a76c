//! `Users`: writing members.

use shotify::adapters::sql::SqlStore;
use shotify::domain::email::Email;
use shotify::domain::id::UserId;
use shotify::domain::text::Bio;
use shotify::domain::user::{Role, Stamp, Username};
use shotify::ports::store::{Store, StoreError, StoreResult};
use shotify::ports::users::{NewUser, Purged, UserReader};

use crate::support::members::read;
use crate::support::{at, confirmed, contract, joined, newcomer, pending, race, unit, until_free};

contract! {
    a_member_is_read_as_written,
    an_update_keeps_the_confirmed_address,
    confirming_moves_the_address,
    of_racing_registrations_one_gets_the_name,
    of_racing_confirmations_one_gets_the_address,
    a_name_in_use_cannot_be_taken_over,
    passwords_and_stamps_change_together,
    a_rehash_never_undoes_a_new_password,
    roles_are_given_to_confirmed_addresses_only,
    unconfirmed_accounts_are_purged_with_their_avatars,
    all_avatars_are_walked,
}

async fn a_member_is_read_as_written(store: SqlStore) {
    let id = pending(&store, "Anna.B-1").await;
    let user = read(&store, id).await;
    let new = newcomer("Anna.B-1", "Anna.B-1@example.com");
    assert_eq!(user.username, new.username);
    assert_eq!(
        (user.email, user.pending_email),
        (None, Some(new.pending_email))
    );
    assert_eq!((user.role, user.joined), (Role::User, new.joined));
    assert_eq!((user.bio, user.avatar), (new.bio, new.avatar));
    let sign_in = store.users().credentials_of(id).await.unwrap().unwrap();
    assert_eq!((sign_in.user, sign_in.stamp), (id, new.stamp));
    assert_eq!(sign_in.password_hash, new.password_hash);
    assert!(!sign_in.confirmed);
    let missing = store.users().credentials_of(UserId::new(9999)).await;
    assert_eq!(missing.unwrap(), None);
}

async fn an_update_keeps_the_confirmed_address(store: SqlStore) {
    let id = confirmed(&store, "anna").await;
    let mut user = read(&store, id).await;
    user.username = Username::parse("Berta").unwrap();
    user.pending_email = Some(Email::parse("Berta@Example.com").unwrap());
    user.bio = Bio::parse("line\nline").unwrap();
    user.avatar = None;
    let mut writing = unit(&store).await;
    assert!(writing.users().lock(id).await.unwrap().is_some());
    assert_eq!(writing.users().lock(UserId::new(9999)).await.unwrap(), None);
    writing.users().update(&user).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(read(&store, id).await, user);
    let found = store.users().waiting_for("berta@example.com", 9).await;
    assert_eq!(found.unwrap(), [user]);
}

async fn confirming_moves_the_address(store: SqlStore) {
    let id = confirmed(&store, "Anna").await;
    let user = read(&store, id).await;
    assert_eq!(user.email.unwrap().as_str(), "Anna@example.com");
    assert_eq!(user.pending_email, None);
    let mut reading = unit(&store).await;
    let owner = reading.users().owner_of("anna@example.com").await;
    assert_eq!(owner.unwrap(), Some(id));
    let nobody = reading.users().owner_of("berta@example.com").await;
    assert_eq!(nobody.unwrap(), None);
}

async fn add(store: SqlStore, user: NewUser) -> StoreResult<UserId> {
    until_free(|| async {
        let mut unit = store.begin().await?;
        let id = unit.users().add(&user).await?;
        unit.commit().await.map(|()| id)
    })
    .await
}

fn losers_met(results: &[StoreResult<UserId>], what: &str) -> usize {
    let met = |result: &&StoreResult<UserId>| matches!(result, Err(StoreError::Conflict(name)) if *name == what);
    results.iter().filter(met).count()
}

async fn of_racing_registrations_one_gets_the_name(store: SqlStore) {
    let results = race(10, |index| {
        let name = if index % 2 == 0 { "anna" } else { "ANNA" };
        add(store.clone(), newcomer(name, "anna@example.com"))
    })
    .await;
    assert_eq!(losers_met(&results, "username"), 9, "{results:?}");
}

async fn confirm(store: SqlStore, id: UserId) -> StoreResult<UserId> {
    let address = Email::parse("Anna@example.com").unwrap();
    until_free(|| async {
        let mut unit = store.begin().await?;
        unit.users().confirm(id, &address).await?;
        unit.commit().await.map(|()| id)
    })
    .await
}

async fn of_racing_confirmations_one_gets_the_address(store: SqlStore) {
    let mut ids = Vec::new();
    for index in 0..8 {
        ids.push(
            joined(
                &store,
                newcomer(&format!("anna{index}"), "anna@example.com"),
            )
            .await,
        );
    }
    let results = race(8, |index| confirm(store.clone(), ids[index])).await;
    assert_eq!(losers_met(&results, "email"), 7, "{results:?}");
    let owner = store.users().confirmed_with("anna@example.com").await;
    let winner = results.into_iter().find_map(Result::ok);
    assert_eq!(owner.unwrap().map(|u| u.id), winner);
}

async fn a_name_in_use_cannot_be_taken_over(store: SqlStore) {
    confirmed(&store, "anna").await;
    let berta = confirmed(&store, "berta").await;
    let mut user = read(&store, berta).await;
    user.username = Username::parse("ANNA").unwrap();
    let mut writing = unit(&store).await;
    let taken = writing.users().update(&user).await;
    assert!(
        matches!(taken, Err(StoreError::Conflict("username"))),
        "{taken:?}"
    );
    drop(writing);
    assert_eq!(read(&store, berta).await.username.as_str(), "berta");
}

async fn passwords_and_stamps_change_together(store: SqlStore) {
    let id = confirmed(&store, "anna").await;
    let mut writing = unit(&store).await;
    let stamp = Stamp([255; 16]);
    writing
        .users()
        .set_password(id, "$new", stamp)
        .await
        .unwrap();
    writing.commit().await.unwrap();
    let after = store.users().credentials_of(id).await.unwrap().unwrap();
    assert_eq!((after.password_hash.as_str(), after.stamp), ("$new", stamp));
    let mut writing = unit(&store).await;
    writing.users().set_stamp(id, Stamp([0; 16])).await.unwrap();
    writing.commit().await.unwrap();
    let after = store.users().credentials_of(id).await.unwrap().unwrap();
    assert_eq!(
        (after.password_hash.as_str(), after.stamp),
        ("$new", Stamp([0; 16]))
    );
}

async fn a_rehash_never_undoes_a_new_password(store: SqlStore) {
    let id = confirmed(&store, "anna").await;
    for (from, to, expected) in [
        ("$argon2id$of-anna", "$stronger", "$stronger"),
        ("$argon2id$of-anna", "$late", "$stronger"),
    ] {
        let mut writing = unit(&store).await;
        writing.users().rehash(id, from, to).await.unwrap();
        writing.commit().await.unwrap();
        let after = store.users().credentials_of(id).await.unwrap().unwrap();
        assert_eq!(after.password_hash, expected);
    }
}

async fn roles_are_given_to_confirmed_addresses_only(store: SqlStore) {
    let anna = confirmed(&store, "anna").await;
    pending(&store, "berta").await;
    for role in Role::ALL {
        let mut writing = unit(&store).await;
        let users = writing.users();
        assert!(users.set_role("anna@example.com", role).await.unwrap());
        // The same again changes nothing and still is a success.
        assert!(users.set_role("anna@example.com", role).await.unwrap());
        assert!(!users.set_role("berta@example.com", role).await.unwrap());
        writing.commit().await.unwrap();
        assert_eq!(read(&store, anna).await.role, role);
    }
}

async fn purge(store: &SqlStore, limit: u32) -> Purged {
    let mut writing = unit(store).await;
    let purged = writing.users().purge_unconfirmed(at(10), limit).await;
    writing.commit().await.unwrap();
    purged.unwrap()
}

async fn unconfirmed_accounts_are_purged_with_their_avatars(store: SqlStore) {
    let member = confirmed(&store, "member").await;
    for (name, joined_at) in [("old1", 1), ("old2", 2), ("old3", 9), ("young", 10)] {
        let mut user = newcomer(name, "x@example.com");
        user.joined = at(joined_at);
        user.avatar = user.avatar.filter(|_| name != "old2");
        joined(&store, user).await;
    }
    let first = purge(&store, 2).await;
    assert_eq!(
        (first.accounts, first.avatars),
        (2, vec!["avatars/old1".to_owned()])
    );
    let second = purge(&store, 2).await;
    assert_eq!(
        (second.accounts, second.avatars),
        (1, vec!["avatars/old3".to_owned()])
    );
    assert_eq!(purge(&store, 2).await, Purged::default());
    let left = store.waiting_for("x@example.com", 9).await.unwrap();
    let names = left.iter().map(|user| user.username.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["young"]);
    assert!(read(&store, member).await.is_confirmed());
}

async fn all_avatars_are_walked(store: SqlStore) {
    let mut ids = Vec::new();
    for name in ["anna", "berta", "carl"] {
        ids.push(pending(&store, name).await);
    }
    let mut user = read(&store, ids[1]).await;
    user.avatar = None;
    let mut writing = unit(&store).await;
    writing.users().lock(ids[1]).await.unwrap();
    writing.users().update(&user).await.unwrap();
    writing.commit().await.unwrap();
    let walk = async |after, limit| store.users().avatars_after(after, limit).await.unwrap();
    let first = (ids[0], "avatars/anna".to_owned());
    let last = (ids[2], "avatars/carl".to_owned());
    assert_eq!(walk(UserId::new(0), 1).await, std::slice::from_ref(&first));
    assert_eq!(walk(UserId::new(0), 9).await, [first, last.clone()]);
    assert_eq!(walk(ids[0], 9).await, [last]);
}
