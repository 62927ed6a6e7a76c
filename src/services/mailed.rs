//! Tokens that go out by mail: 256 random bits, of which only the hash is kept (A7).

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest as _, Sha256};

use crate::domain::id::UserId;
use crate::domain::mail::{Letter, Mail};
use crate::ports::chance::{self, Random};

/// Stands in a letter that is written for an address without an account, so that writing it costs the same:
/// no member has this id, and who sends the letters drops it (A4, A6).
pub const NOBODY: UserId = UserId::new(0);

/// A new token, as it stands in a link.
pub fn mint(random: &dyn Random) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(chance::bytes::<32>(random))
}

/// What is kept of a token.
#[must_use]
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether a letter stands for an address without an account.
#[must_use]
pub fn is_for_nobody(mail: &Mail) -> bool {
    matches!(
        mail.letter,
        Letter::ConfirmAddress { user: NOBODY } | Letter::PasswordReset { user: NOBODY }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::testing::FakeRandom;

    /// A7
    #[test]
    fn tokens_differ_and_fit_into_a_link() {
        let random = FakeRandom::default();
        let (one, two) = (mint(&random), mint(&random));
        assert_ne!(one, two);
        assert_ne!(hash(&one), hash(&two));
        assert_eq!(one.len(), 43);
        assert!(
            one.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        );
    }
}
