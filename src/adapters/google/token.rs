//! Tokens of a service account, or of whatever else Google lets in.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use google_cloud_auth::credentials::service_account::AccessSpecifier;
use google_cloud_auth::credentials::{
    AccessTokenCredentials, Builder, external_account, impersonated, service_account, user_account,
};
use google_cloud_auth::signer::Signer;
use serde_json::Value;
use thiserror::Error;

use super::Fault;

/// No token was given. The sentence is for the log and holds no secret.
#[derive(Debug, Error)]
#[error("no token: {reason}")]
pub struct TokenError {
    /// What is in the way.
    pub reason: String,
    /// Whether it may pass.
    pub passing: bool,
}

impl From<TokenError> for Fault {
    fn from(error: TokenError) -> Self {
        let reason = error.to_string();
        if error.passing {
            Self::passing(reason)
        } else {
            Self::Refused {
                status: None,
                reason,
            }
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

/// Who we are to Google.
pub(in crate::adapters) struct Account {
    /// For Google's own clients.
    pub credentials: AccessTokenCredentials,
    /// Signs with the account's own key, where we have it.
    pub signer: Option<Signer>,
}

impl Account {
    /// Gives this account's tokens.
    pub fn tokens(&self) -> Arc<dyn TokenSource> {
        Arc::new(GoogleTokens(self.credentials.clone()))
    }
}

/// The application default credentials: gcloud's file, else the machine's own account. `scope` is all that the tokens
/// are good for. The error is for the operator, as everywhere here.
pub(in crate::adapters) fn of_the_machine(scope: &str) -> Result<Account, String> {
    let credentials = Builder::default().with_scopes([scope]);
    let credentials = credentials.build_access_token_credentials();
    Ok(Account {
        credentials: credentials.map_err(|error| error.to_string())?,
        signer: None,
    })
}

/// The credentials in a file. Reads it itself: the library looks into the process's environment alone, and the
/// setting may come from a `.env` file.
pub(in crate::adapters) fn from_file(file: &Path, scope: &str) -> Result<Account, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"))?;
    // What the parser has to say could quote the key.
    let json: Value = serde_json::from_str(&text).map_err(|_| "are not JSON".to_owned())?;
    Ok(Account {
        credentials: from_json(json.clone(), scope)?,
        signer: signer(json)?,
    })
}

/// Only the key of a service account signs on this machine; all others would have to ask Google each time.
fn signer(json: Value) -> Result<Option<Signer>, String> {
    if json["type"] != "service_account" {
        return Ok(None);
    }
    let signer = service_account::Builder::new(json).build_signer();
    signer.map(Some).map_err(|error| error.to_string())
}

fn from_json(json: Value, scope: &str) -> Result<AccessTokenCredentials, String> {
    let built = match json["type"].as_str() {
        Some("service_account") => service_account::Builder::new(json)
            .with_access_specifier(AccessSpecifier::from_scopes([scope]))
            .build_access_token_credentials(),
        Some("authorized_user") => user_account::Builder::new(json)
            .with_scopes([scope])
            .build_access_token_credentials(),
        Some("impersonated_service_account") => impersonated::Builder::new(json)
            .with_scopes([scope])
            .build_access_token_credentials(),
        Some("external_account") => external_account::Builder::new(json)
            .with_scopes([scope])
            .build_access_token_credentials(),
        _ => return Err("have no type that is known, such as service_account".to_owned()),
    };
    built.map_err(|error| error.to_string())
}
