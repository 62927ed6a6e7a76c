//! What must not happen too often, and under which keys it is counted.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::domain::id::UserId;
use crate::ports::rate_limit::{Quota, RateLimiter, Taken};
use crate::ports::store::StoreResult;

/// Quotas of wrong passwords, registrations and mails that strangers can cause (rules, Limits).
#[derive(Debug, Clone, Copy)]
pub struct AccountLimits {
    /// Wrong passwords for one account, known or not.
    pub tries_per_account: Quota,
    /// Wrong passwords from one network.
    pub tries_per_network: Quota,
    /// Mails to one address for one purpose.
    pub mails_per_address: Quota,
    /// Mails for one purpose caused from one network.
    pub mails_per_network: Quota,
    /// Registrations from one network, whatever comes of them.
    pub registrations_per_network: Quota,
}

impl Default for AccountLimits {
    fn default() -> Self {
        let quota = |limit, minutes| Quota {
            limit,
            window: Duration::from_mins(minutes),
        };
        Self {
            tries_per_account: quota(20, 15),
            tries_per_network: quota(60, 15),
            mails_per_address: quota(3, 60),
            mails_per_network: quota(20, 60),
            registrations_per_network: quota(20, 60),
        }
    }
}

/// What a mail that a stranger can cause is about; each is counted for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailPurpose {
    /// A confirmation link, or the notice to the address's owner in its place.
    Confirm,
    /// A reset link.
    Reset,
}

impl MailPurpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reset => "reset",
        }
    }
}

/// Who causes a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Somebody without a session, at this address.
    Stranger(IpAddr),
    /// A signed-in member.
    Member(UserId),
}

/// The key under which something is counted for an address, whether or not it parses.
#[must_use]
pub fn address_key(what: &str, address: &str) -> String {
    key(what, address.trim().to_ascii_lowercase().as_bytes())
}

/// The key under which something is counted for a member.
#[must_use]
pub fn member_key(what: &str, user: UserId) -> String {
    format!("{what}:member:{user}")
}

/// The key under which something is counted for a network: an IPv4 address, or the /64 of an IPv6 one.
#[must_use]
pub fn network_key(what: &str, from: IpAddr) -> String {
    match from.to_canonical() {
        IpAddr::V4(v4) => key(what, &v4.octets()),
        IpAddr::V6(v6) => {
            let network = v6.to_bits() >> 64 << 64;
            key(what, &Ipv6Addr::from_bits(network).octets()[..8])
        }
    }
}

fn key(what: &str, secret: &[u8]) -> String {
    format!("{what}:{}", hex::encode(&Sha256::digest(secret)[..16]))
}

/// Whether one more mail may go to this address: counted for the sender first, so that who has used up
/// their own quota cannot use up that of the address. Who causes mails for one purpose, such as registrations, leaves
/// their neighbours' for another, such as resets, alone.
pub async fn may_mail(
    limiter: &dyn RateLimiter,
    limits: &AccountLimits,
    purpose: MailPurpose,
    address: &str,
    sender: Sender,
) -> StoreResult<bool> {
    let what = format!("mail-from-{}", purpose.as_str());
    let by = match sender {
        Sender::Stranger(from) => network_key(&what, from),
        Sender::Member(user) => member_key(&what, user),
    };
    if limiter.take(&by, limits.mails_per_network).await? != Taken::Allowed {
        return Ok(false);
    }
    let to = address_key(&format!("mail-to-{}", purpose.as_str()), address);
    Ok(limiter.take(&to, limits.mails_per_address).await? == Taken::Allowed)
}

/// Whether a further confirmation may go to an address to which [`may_mail`] has let one go just now. Without a
/// letter to send as much is counted, elsewhere, so that the work is the same.
pub async fn may_mail_another(
    limiter: &dyn RateLimiter,
    limits: &AccountLimits,
    address: &str,
    letter: bool,
) -> StoreResult<bool> {
    let what = if letter {
        "mail-to-confirm"
    } else {
        "mail-to-nobody"
    };
    let to = address_key(what, address);
    let taken = limiter.take(&to, limits.mails_per_address).await?;
    Ok(letter && taken == Taken::Allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::testing::CountingLimiter;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// L4
    #[test]
    fn an_ipv6_network_of_64_bits_counts_as_one() {
        let key = |text| network_key("x", ip(text));
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1:2:3"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
    }

    #[test]
    fn keys_do_not_show_what_they_stand_for() {
        let key = address_key("x", "A@example.com ");
        assert_eq!(key, address_key("x", "a@EXAMPLE.com"));
        assert!(!key.contains("example"), "{key}");
    }

    /// M6
    #[tokio::test]
    async fn an_address_gets_three_mails_of_a_purpose_and_a_network_sends_twenty() {
        let limiter = CountingLimiter::default();
        let limits = AccountLimits::default();
        let ask = async |purpose, address: String, from: String| {
            let sender = Sender::Stranger(ip(&from));
            may_mail(&limiter, &limits, purpose, &address, sender)
                .await
                .unwrap()
        };
        for (try_no, expected) in [true, true, true, false].into_iter().enumerate() {
            let from = format!("192.0.2.{try_no}");
            let answer = ask(MailPurpose::Reset, "a@example.com".into(), from).await;
            assert_eq!(answer, expected);
        }
        assert!(
            ask(
                MailPurpose::Confirm,
                "a@example.com".into(),
                "192.0.2.9".into()
            )
            .await
        );
        for no in 0..21 {
            let answer = ask(
                MailPurpose::Reset,
                format!("{no}@b.co"),
                "198.51.100.1".into(),
            )
            .await;
            assert_eq!(answer, no < 20, "{no}");
        }
        let refused = address_key("mail-to-reset", "20@b.co");
        assert!(!limiter.counts().contains_key(&refused));
        // Resets from there are used up, confirmations are not.
        let newcomer = "newcomer@b.co".to_owned();
        assert!(ask(MailPurpose::Confirm, newcomer, "198.51.100.1".into()).await);
    }
}
