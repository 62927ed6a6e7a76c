//! The rows.

use super::Market;
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::text::Bio;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::MailToken;
use crate::domain::user::{Credentials, Role, Stamp, User, Username};
use crate::ports::outbox::Task;

/// A row of the members' table.
#[derive(Debug, Clone)]
pub struct Account {
    pub user: User,
    pub hash: String,
    pub stamp: Stamp,
}

impl Account {
    /// The password of every account made here.
    pub const PASSWORD: &'static str = "correct horse battery staple";

    /// An unconfirmed account, yet without an id.
    pub fn pending(name: &str, address: &str) -> Self {
        Self {
            user: User {
                id: UserId::new(0),
                username: Username::parse(name).unwrap(),
                email: None,
                pending_email: Some(Email::parse(address).unwrap()),
                role: Role::User,
                bio: Bio::parse("").unwrap(),
                avatar: None,
                joined: Timestamp::from_seconds(1_700_000_000),
            },
            hash: format!("now:{}", Self::PASSWORD),
            stamp: Stamp([7; 16]),
        }
    }

    pub fn confirmed_key(&self) -> Option<String> {
        self.user.email.as_ref().map(Email::key)
    }

    pub fn pending_key(&self) -> Option<String> {
        self.user.pending_email.as_ref().map(Email::key)
    }

    pub fn credentials(&self) -> Credentials {
        Credentials {
            user: self.user.id,
            password_hash: self.hash.clone(),
            stamp: self.stamp,
            role: self.user.role,
            confirmed: self.user.is_confirmed(),
        }
    }
}

/// All tables.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub users: Vec<Account>,
    pub tokens: Vec<MailToken>,
    pub market: Market,
    pub outbox: Vec<Task>,
    pub journal: Vec<(String, Timestamp)>,
    last_id: i64,
}

impl Rows {
    pub fn insert(&mut self, mut account: Account) -> UserId {
        self.last_id += 1;
        account.user.id = UserId::new(self.last_id);
        let id = account.user.id;
        self.users.push(account);
        id
    }

    pub fn account(&self, id: UserId) -> Option<&Account> {
        self.users.iter().find(|account| account.user.id == id)
    }

    pub fn account_mut(&mut self, id: UserId) -> Option<&mut Account> {
        self.users.iter_mut().find(|account| account.user.id == id)
    }

    pub fn confirmed(&self, key: &str) -> Option<&Account> {
        let mut users = self.users.iter();
        users.find(|account| account.confirmed_key().as_deref() == Some(key))
    }

    /// The newest unconfirmed account of this address.
    pub fn newest_pending(&self, key: &str) -> Option<&Account> {
        let mut users = self.users.iter().rev();
        users.find(|account| {
            !account.user.is_confirmed() && account.pending_key().as_deref() == Some(key)
        })
    }
}
