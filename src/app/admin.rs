//! What operators do on the command line.

use super::database::{connect, open_store};
use super::{App, AppError};
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

/// What would be used, secrets redacted, and whether every connection works.
pub async fn check_config(config: &Config) -> Result<String, AppError> {
    if let Some(problem) = config.not_built().first() {
        return Err(AppError(problem.to_string()));
    }
    let table = config.table();
    match open_store(config).await {
        Ok(store) => {
            store.close().await;
            Ok(format!(
                "{table}\nThe database answers and its schema is current."
            ))
        }
        Err(error) => Err(AppError(format!("{table}\n{error}"))),
    }
}
