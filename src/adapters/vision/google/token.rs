//! Tokens of a service account, or of whatever else Google lets in.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use google_cloud_auth::credentials::service_account::AccessSpecifier;
use google_cloud_auth::credentials::{
    AccessTokenCredentials, Builder, external_account, impersonated, service_account, user_account,
};
use serde_json::Value;
use thiserror::Error;

use super::GoogleVisionError;
use crate::ports::vision::LabelError;

/// All that a token is good for.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-vision";

/// No token was given. The sentence is for the log and holds no secret.
#[derive(Debug, Error)]
#[error("no token: {reason}")]
pub struct TokenError {
    /// What is in the way.
    pub reason: String,
    /// Whether it may pass.
    pub passing: bool,
}

impl From<TokenError> for LabelError {
    fn from(error: TokenError) -> Self {
        let reason = error.to_string();
        if error.passing {
            Self::Later {
                reason,
                after: None,
            }
        } else {
            Self::Refused(reason)
        }
    }
}

/// Gives bearer tokens. Implementations MUST keep a token while it is good, and renew it in time.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// A token that is good now.
    async fn token(&self) -> Result<String, TokenError>;
}

/// Google's own library, which keeps and renews.
struct GoogleTokens(AccessTokenCredentials);

#[async_trait]
impl TokenSource for GoogleTokens {
    async fn token(&self) -> Result<String, TokenError> {
        let token = self.0.access_token().await;
        let token = token.map_err(|error| TokenError {
            reason: error.to_string(),
            passing: error.is_transient(),
        })?;
        Ok(token.token)
    }
}

/// The application default credentials: gcloud's file, else the machine's own account.
pub(super) fn of_the_machine() -> Result<Arc<dyn TokenSource>, GoogleVisionError> {
    let credentials = Builder::default().with_scopes([SCOPE]);
    let credentials = credentials.build_access_token_credentials();
    let credentials =
        credentials.map_err(|error| GoogleVisionError::Credentials(error.to_string()))?;
    Ok(Arc::new(GoogleTokens(credentials)))
}

/// The credentials in a file. Reads it itself: the library looks into the process's environment alone, and the
/// setting may come from a `.env` file.
pub(super) fn from_file(file: &Path) -> Result<Arc<dyn TokenSource>, GoogleVisionError> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| GoogleVisionError::Credentials(format!("cannot be read: {error}")))?;
    // What the parser has to say could quote the key.
    let json: Value = serde_json::from_str(&text)
        .map_err(|_| GoogleVisionError::Credentials("are not JSON".to_owned()))?;
    Ok(Arc::new(GoogleTokens(from_json(json)?)))
}

fn from_json(json: Value) -> Result<AccessTokenCredentials, GoogleVisionError> {
    let scopes = [SCOPE];
    let built = match json["type"].as_str() {
        Some("service_account") => service_account::Builder::new(json)
            .with_access_specifier(AccessSpecifier::from_scopes(scopes))
            .build_access_token_credentials(),
        Some("authorized_user") => user_account::Builder::new(json)
            .with_scopes(scopes)
            .build_access_token_credentials(),
        Some("impersonated_service_account") => impersonated::Builder::new(json)
            .with_scopes(scopes)
            .build_access_token_credentials(),
        Some("external_account") => external_account::Builder::new(json)
            .with_scopes(scopes)
            .build_access_token_credentials(),
        _ => {
            let message = "have no type that is known, such as service_account";
            return Err(GoogleVisionError::Credentials(message.to_owned()));
        }
    };
    built.map_err(|error| GoogleVisionError::Credentials(error.to_string()))
}
