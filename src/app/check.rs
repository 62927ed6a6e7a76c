//! Trying every connection, for whoever sets a server up. Makes and changes nothing.

use super::{AppError, database, mail, objects, seeing, shared, traces};
use crate::config::Config;

/// What was tried, a sentence each.
#[derive(Debug, Default)]
pub struct Checked {
    /// What works.
    pub works: Vec<&'static str>,
    /// What does not, with the variable or the thing that it is about.
    pub fails: Vec<AppError>,
}

impl Checked {
    fn take(&mut self, outcome: Result<Option<&'static str>, AppError>) {
        match outcome {
            Ok(sentence) => self.works.extend(sentence),
            Err(error) => self.fails.push(error),
        }
    }
}

/// Tries everything, also behind a failure.
pub async fn check_config(config: &Config) -> Checked {
    let mut checked = Checked::default();
    checked.take(database::check(config).await.map(Some));
    match database::check_replicas(config).await {
        Ok(sentence) => checked.works.extend(sentence),
        Err(faults) => checked.fails.extend(faults),
    }
    checked.take(shared::check(config).await);
    checked.take(objects::check(config).await.map(Some));
    checked.take(seeing::check(config).await);
    checked.take(mail::check(config).await);
    checked.take(traces::check(config).await);
    checked
}
