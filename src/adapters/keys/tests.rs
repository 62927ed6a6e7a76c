//! What the keys promise.

use std::time::Duration;

use jsonwebtoken::{Algorithm, Header, encode};

use super::*;
use crate::adapters::chance::SystemRandom;
use crate::domain::id::{ProductId, UserId};
use crate::domain::picture::Rendition;

const SECRET: &[u8] = b"a secret that is long enough to be one";
const OTHER: &[u8] = b"another secret that is long enough, too";
const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn keys(secrets: &[&[u8]], environment: &str) -> SecretKeys {
    SecretKeys::new(
        secrets[0],
        &secrets[1..],
        environment,
        Arc::new(SystemRandom),
    )
}

fn claims() -> Claims {
    Claims {
        user: UserId::new(7),
        session: SessionId([9; 16]),
        generation: 3,
        issued: NOW,
        expires: NOW.plus(Duration::from_mins(15)),
    }
}

#[test]
fn a_token_says_what_was_signed_and_is_the_same_each_time() {
    let keys = keys(&[SECRET], "test");
    let token = keys.sign(TokenUse::Access, &claims());
    assert_eq!(keys.read(TokenUse::Access, &token, NOW), Some(claims()));
    assert_eq!(keys.sign(TokenUse::Access, &claims()), token);
}

/// S2 S3
#[test]
fn tokens_of_another_environment_purpose_secret_or_time_are_refused() {
    let ours = keys(&[SECRET], "test");
    let token = ours.sign(TokenUse::Access, &claims());
    let read = |keys: &SecretKeys, of, now| keys.read(of, &token, now);
    assert_eq!(read(&keys(&[SECRET], "live"), TokenUse::Access, NOW), None);
    assert_eq!(read(&keys(&[OTHER], "test"), TokenUse::Access, NOW), None);
    assert_eq!(read(&ours, TokenUse::Refresh, NOW), None);
    let end = claims().expires;
    assert_eq!(read(&ours, TokenUse::Access, end), None);
    let last = end.minus(Duration::from_micros(1));
    assert!(read(&ours, TokenUse::Access, last).is_some());
}

/// S3
#[test]
fn unsigned_and_confused_tokens_are_refused() {
    let ours = keys(&[SECRET], "test");
    let token = ours.sign(TokenUse::Access, &claims());
    let [_, body, _] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("a JWT has three parts");
    };
    let json = |text: &str| {
        use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
        BASE64_URL_SAFE_NO_PAD.encode(text)
    };
    let body_of = |token: &str| -> serde_json::Value {
        use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
        let body = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
    };
    let signed = |algorithm, key: &[u8]| {
        let header = Header::new(algorithm);
        encode(&header, &body_of(&token), &EncodingKey::from_secret(key)).unwrap()
    };
    let none = json(r#"{"typ":"JWT","alg":"none"}"#);
    let rs256 = json(r#"{"typ":"JWT","alg":"RS256"}"#);
    for bad in [
        format!("{none}.{body}."),
        format!("{none}.{body}.x"),
        format!("{rs256}.{body}.{}", json("signature")),
        signed(Algorithm::HS256, b""),
        signed(Algorithm::HS256, SECRET),
        signed(Algorithm::HS512, SECRET),
        String::new(),
        "..".into(),
        "a.b.c".into(),
        token[..token.len() - 1].to_owned(),
    ] {
        assert_eq!(ours.read(TokenUse::Access, &bad, NOW), None, "{bad}");
    }
}

/// S2
#[test]
fn no_flipped_bit_passes() {
    let ours = keys(&[SECRET], "test");
    let token = ours.sign(TokenUse::Refresh, &claims());
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(bad) = String::from_utf8(bytes) else {
            continue;
        };
        assert_eq!(ours.read(TokenUse::Refresh, &bad, NOW), None, "{at}");
    }
}

/// F3
#[test]
fn every_configured_secret_is_accepted_and_the_first_signs() {
    let before = keys(&[OTHER], "test");
    let after = keys(&[SECRET, OTHER], "test");
    let session = SessionId([1; 16]);
    let token = before.sign(TokenUse::Access, &claims());
    assert!(after.read(TokenUse::Access, &token, NOW).is_some());
    assert!(after.csrf_matches(session, &before.csrf(session)));
    let target = LinkTarget::Avatar(UserId::new(1));
    assert!(after.link_matches(target, NOW, &before.sign_link(target, NOW)));
    let token = after.sign(TokenUse::Access, &claims());
    assert_eq!(before.read(TokenUse::Access, &token, NOW), None);
}

/// S10
#[test]
fn csrf_tokens_are_masked_afresh_and_bound_to_their_session() {
    let ours = keys(&[SECRET], "test");
    let (mine, theirs) = (SessionId([1; 16]), SessionId([2; 16]));
    let (one, two) = (ours.csrf(mine), ours.csrf(mine));
    assert_ne!(one, two);
    assert!(ours.csrf_matches(mine, &one) && ours.csrf_matches(mine, &two));
    assert!(!ours.csrf_matches(theirs, &one));
    assert!(!keys(&[SECRET], "live").csrf_matches(mine, &one));
    for bad in ["", "x", &one[1..], &"A".repeat(86), &format!("{one}A")] {
        assert!(!ours.csrf_matches(mine, bad), "{bad}");
    }
}

#[test]
fn a_link_is_good_for_its_target_and_expiry_alone() {
    let ours = keys(&[SECRET], "test");
    let product = |id, rendition| LinkTarget::Product(ProductId::new(id), rendition);
    let target = product(1, Rendition::Thumbnail);
    let signature = ours.sign_link(target, NOW);
    assert!(ours.link_matches(target, NOW, &signature));
    let later = NOW.plus(Duration::from_secs(1));
    assert!(!ours.link_matches(target, later, &signature));
    for other in [
        product(2, Rendition::Thumbnail),
        product(1, Rendition::Preview),
        LinkTarget::Avatar(UserId::new(1)),
    ] {
        assert!(!ours.link_matches(other, NOW, &signature), "{other:?}");
    }
    assert!(!ours.link_matches(target, NOW, ""));
}
