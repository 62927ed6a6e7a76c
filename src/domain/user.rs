//! Members.

use super::email::Email;
use super::id::UserId;
use super::invalid::Invalid;
use super::text::Bio;
use super::timestamp::Timestamp;

/// 3 to 30 ASCII letters, digits, `_`, `.`, `-`; unique ignoring case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// Checks a name.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let text = raw.trim();
        let valid = (3..=30).contains(&text.len()) && text.bytes().all(Self::allows);
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "username",
                "must have 3 to 30 letters, digits, dots, dashes or underscores",
            ))
        }
    }

    /// Whether a byte may stand in a name.
    #[must_use]
    pub const fn allows(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
    }

    /// A name read back from the database.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The name as its owner wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique: the name in lower case.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// What a member may do beyond others. No role gives rights over images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Sees others' e-mail addresses and unconfirmed accounts.
    Admin,
    /// Reserved for moderation.
    Moderator,
    /// Everyone.
    User,
}

impl Role {
    /// All roles, in the order of the public enum.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Moderator, Self::User];

    /// The upper-case name kept in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::Moderator => "MODERATOR",
            Self::User => "USER",
        }
    }

    /// Reads the name written by [`Role::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == name)
    }
}

/// A member as others may ask for them; who sees the addresses is decided by [`User::email_for`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Identity.
    pub id: UserId,
    /// Public name.
    pub username: Username,
    /// The confirmed address; none while the account is unconfirmed.
    pub email: Option<Email>,
    /// An address that waits for its confirmation.
    pub pending_email: Option<Email>,
    /// Role.
    pub role: Role,
    /// What they say of themselves.
    pub bio: Bio,
    /// Object key of the avatar.
    pub avatar: Option<String>,
    /// When the account was made.
    pub joined: Timestamp,
}

impl User {
    /// Whether the account has confirmed an address.
    #[must_use]
    pub const fn is_confirmed(&self) -> bool {
        self.email.is_some()
    }

    /// The address as `viewer` may see it: their own (the pending one while unconfirmed), or any for an administrator.
    #[must_use]
    pub fn email_for(&self, viewer: UserId, role: Role) -> Option<&Email> {
        (viewer == self.id || role == Role::Admin)
            .then_some(self.email.as_ref().or(self.pending_email.as_ref()))
            .flatten()
    }
}

/// What signing in needs to know of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Whose.
    pub user: UserId,
    /// argon2id, PHC string.
    pub password_hash: String,
    /// Security stamp: changes whenever every session has to end.
    pub stamp: Stamp,
    /// Role.
    pub role: Role,
    /// Whether an address is confirmed.
    pub confirmed: bool,
}

/// 16 random bytes in the user's row; a session is valid only while it carries the same ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp(pub [u8; 16]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_short_ascii_words() {
        for good in ["abc", "A.b-c_9", &"x".repeat(30)] {
            assert!(Username::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ab",
            &"x".repeat(31),
            "a b c",
            "äbc",
            "abc\n\rd",
            "a@b.c",
            "abc\u{200b}",
        ] {
            assert_eq!(
                Username::parse(bad).unwrap_err().field,
                "username",
                "{bad:?}"
            );
        }
        assert_eq!(Username::parse("ABC").unwrap().key(), "abc");
    }
}
