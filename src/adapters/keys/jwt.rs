//! Session tokens as JWTs. Only HS256 is ever accepted (S3).

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::domain::id::UserId;
use crate::domain::session::SessionId;
use crate::domain::timestamp::Timestamp;
use crate::ports::keys::{Claims, TokenUse};

/// The claims as they travel. Times are whole seconds.
#[derive(Serialize, Deserialize)]
struct Wire {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    generation: i64,
    iat: i64,
    exp: i64,
}

const fn audience(token_use: TokenUse) -> &'static str {
    match token_use {
        TokenUse::Access => "access",
        TokenUse::Refresh => "refresh",
    }
}

pub fn sign(key: &EncodingKey, issuer: &str, token_use: TokenUse, claims: &Claims) -> String {
    let wire = Wire {
        iss: issuer.to_owned(),
        aud: audience(token_use).to_owned(),
        sub: claims.user.to_string(),
        sid: hex::encode(claims.session.0),
        generation: claims.generation,
        iat: claims.issued.seconds(),
        exp: claims.expires.seconds(),
    };
    encode(&Header::new(Algorithm::HS256), &wire, key)
        .expect("plain claims under an HMAC key can be signed")
}

/// What a token says if it is ours and for this use; expiry is the caller's to judge, by its own clock.
pub fn read(key: &DecodingKey, issuer: &str, token_use: TokenUse, token: &str) -> Option<Claims> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience(token_use)]);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    validation.validate_exp = false;
    let wire = decode::<Wire>(token, key, &validation).ok()?.claims;
    let mut session = [0; 16];
    hex::decode_to_slice(&wire.sid, &mut session).ok()?;
    Some(Claims {
        user: UserId::parse(&wire.sub)?,
        session: SessionId(session),
        generation: wire.generation,
        issued: Timestamp::from_seconds(wire.iat),
        expires: Timestamp::from_seconds(wire.exp),
    })
}
