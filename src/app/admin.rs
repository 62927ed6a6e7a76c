//! What operators do on the command line.

use super::database::{check_store, connect};
use super::{App, AppError, mail};
use crate::config::Config;
use crate::domain::user::Role;

/// Brings the database's schema up to date.
pub async fn migrate(config: &Config) -> Result<(), AppError> {
    let store = connect(config).await?;
    store.migrate().await?;
    store.close().await;
    Ok(())
}

/// Gives a role to the confirmed account of an address.
pub async fn set_role(config: Config, email: &str, role: &str) -> Result<(), AppError> {
    let role = Role::parse(&role.to_ascii_uppercase())
        .ok_or_else(|| AppError("ROLE must be ADMIN, MODERATOR or USER".into()))?;
    let app = App::open(config).await?;
    let found = app
        .services()
        .users
        .set_role(email, role)
        .await
        .map_err(|error| AppError::new("the role was not given", error))?;
    app.store.close().await;
    if found {
        Ok(())
    } else {
        Err(AppError("no confirmed account has this address".into()))
    }
}

/// Whether every connection works, as sentences. Makes and changes nothing.
pub async fn check_config(config: &Config) -> Result<String, AppError> {
    if let Some(problem) = config.not_built().first() {
        return Err(AppError(problem.to_string()));
    }
    let database = Some(check_store(config).await?);
    let mail = mail::check(config).await?;
    let sentences: Vec<&str> = [database, mail].into_iter().flatten().collect();
    Ok(sentences.join("\n"))
}
