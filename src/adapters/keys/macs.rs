//! CSRF tokens and the signatures of links: HMAC-SHA-256, compared in constant time (S10).

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::domain::session::SessionId;
use crate::domain::timestamp::Timestamp;
use crate::ports::chance::{self, Random};
use crate::ports::keys::LinkTarget;

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn xor(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    std::array::from_fn(|at| a[at] ^ b[at])
}

/// A fresh mask and the masked HMAC: no two answers hold the same bytes, so that their compression tells nothing.
pub fn csrf(key: &[u8; 32], session: SessionId, random: &dyn Random) -> String {
    let mask = chance::bytes::<32>(random);
    let masked = xor(&mac(key, &session.0), &mask);
    BASE64_URL_SAFE_NO_PAD.encode([mask, masked].concat())
}

pub fn csrf_matches(key: &[u8; 32], session: SessionId, token: &str) -> bool {
    let mut bytes = [0; 64];
    let read = BASE64_URL_SAFE_NO_PAD.decode_slice(token, &mut bytes);
    let (mask, masked) = bytes.split_at(32);
    let (Ok(64), Ok(mask), Ok(masked)) = (read, mask.try_into(), masked.try_into()) else {
        return false;
    };
    mac(key, &session.0).ct_eq(&xor(mask, masked)).into()
}

/// The signature of a link; each part has its own place, so that no two links share one.
pub fn link(key: &[u8; 32], target: LinkTarget, expires: Timestamp) -> String {
    let expires = expires.micros();
    let message = match target {
        LinkTarget::Product(id, rendition) => {
            format!("product/{id}/{}/{expires}", rendition.as_str())
        }
        LinkTarget::Avatar(user) => format!("avatar/{user}/{expires}"),
    };
    BASE64_URL_SAFE_NO_PAD.encode(mac(key, message.as_bytes()))
}

pub fn link_matches(
    key: &[u8; 32],
    target: LinkTarget,
    expires: Timestamp,
    signature: &str,
) -> bool {
    let ours = link(key, target, expires);
    ours.as_bytes().ct_eq(signature.as_bytes()).into()
}
