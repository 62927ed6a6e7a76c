//! Members to test with.

use shotify::adapters::sql::SqlStore;
use shotify::domain::email::Email;
use shotify::domain::id::UserId;
use shotify::domain::text::Bio;
use shotify::domain::user::{Stamp, User, Username};
use shotify::ports::store::Store;
use shotify::ports::users::NewUser;

use super::{at, unit};

/// Who is about to register.
pub fn newcomer(name: &str, address: &str) -> NewUser {
    NewUser {
        username: Username::parse(name).unwrap(),
        pending_email: Email::parse(address).unwrap(),
        password_hash: format!("$argon2id$of-{name}"),
        stamp: Stamp([7; 16]),
        bio: Bio::parse("Ärger & Übermut 🐎").unwrap(),
        avatar: Some(format!("avatars/{name}")),
        joined: at(0),
    }
}

/// An account of `name` whose address `{name}@example.com` waits for its confirmation.
pub async fn pending(store: &SqlStore, name: &str) -> UserId {
    joined(store, newcomer(name, &format!("{name}@example.com"))).await
}

pub async fn joined(store: &SqlStore, user: NewUser) -> UserId {
    let mut unit = unit(store).await;
    let id = unit.users().add(&user).await.unwrap();
    unit.commit().await.unwrap();
    id
}

/// A member with the confirmed address `{name}@example.com`.
pub async fn confirmed(store: &SqlStore, name: &str) -> UserId {
    let id = pending(store, name).await;
    let mut unit = unit(store).await;
    let address = Email::parse(&format!("{name}@example.com")).unwrap();
    unit.users().confirm(id, &address).await.unwrap();
    unit.commit().await.unwrap();
    id
}

/// A member as the store reads them.
pub async fn read(store: &SqlStore, id: UserId) -> User {
    store.users().by_ids(&[id]).await.unwrap().remove(0)
}
