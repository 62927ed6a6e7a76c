//! `shotify demo`: a marketplace with members, photographs and sales, to look around in.
//!
//! Everything goes in through the services, as if people had done it; only the mailed confirmation is taken for
//! granted. It keeps its data in a folder of its own ([`DATA_DIR`]) unless `DATA_DIR` says otherwise, and what stands
//! there is left as it is, so that a second start finds the marketplace as it was.

mod catalogue;
mod fill;
mod members;
#[cfg(test)]
mod tests;
mod tour;

use crate::app::{self, App, AppError};
use crate::config::Config;

/// Where the demo keeps its data, unless the environment names a folder.
pub const DATA_DIR: &str = "./data/demo";

/// Fills the marketplace, says on standard output how to look at it, and serves it.
///
/// Refuses to run in production: everyone can read its members' passwords.
pub async fn run(config: Config) -> Result<(), AppError> {
    if config.environment.is_production() {
        return Err(AppError(
            "SHOTIFY_ENV: the demo's passwords are public, so it does not run in production".into(),
        ));
    }
    let mut app = App::open(config).await?;
    // Bound first: where the port is taken, nothing else is done.
    let mut started = app::bind(&mut app).await?;
    let told_to_end = tokio::select! {
        filled = fill::fill(&app) => filled.map(|()| false)?,
        () = started.told_to_end() => true,
    };
    if told_to_end {
        // The next start goes on where this one ended.
        app.store.close().await;
        return Ok(());
    }
    let metrics = format!("http://{}", started.metrics_address()?);
    println!("{}", tour::text(&app.config.listen.public_url, &metrics));
    app::serve(app, started).await
}
