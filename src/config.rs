//! The settings, read from the environment once at the start.
//!
//! One concern a file below `config/`, each with its variables in its doc. Nothing is needed for
//! development. Every problem is reported, all together, by the name of the variable and never by its
//! value. To add a setting: read it in the file of its concern, add it to `.env.example`.

mod endpoint;
mod environment;
mod limits;
mod listen;
mod logs;
mod mail;
mod money;
mod objects;
mod reader;
mod secret;
pub mod secrets;
mod storage;
mod traces;
mod vision;

#[cfg(test)]
mod production_tests;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use crate::domain::money::Currency;

pub use environment::Environment;
pub use limits::Limits;
pub use listen::Listen;
pub use logs::{LogFormat, Logs};
pub use mail::{Mail, MailSettings, SmtpServer, SmtpTls};
pub use objects::{Objects, files};
pub use reader::{ConfigError, Problem, Row};
pub use secret::Secret;
pub use storage::{Database, Sessions};
pub use traces::{Sampling, Traces};
pub use vision::{Vision, VisionSettings};

use reader::Reader;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whether settings fit only for development are refused.
    pub environment: Environment,
    /// Listeners, addresses and what the API shows of itself.
    pub listen: Listen,
    /// How many servers run side by side.
    pub replicas: u32,
    /// Whether this one works the outbox.
    pub worker: bool,
    /// Where the embedded default keeps its data.
    pub data_dir: PathBuf,
    /// The keys of sessions; none are set where they are to be made (`secrets::load_or_make`).
    pub session_secrets: Vec<Secret>,
    /// Where rows are.
    pub database: Database,
    /// Where sessions and rate limits are.
    pub sessions: Sessions,
    /// Where bytes are.
    pub objects: Objects,
    /// How pictures are seen.
    pub vision: VisionSettings,
    /// How mails leave.
    pub mail: MailSettings,
    /// The one currency of prices.
    pub currency: Currency,
    /// What is logged and how.
    pub logs: Logs,
    /// Where traces go.
    pub traces: Traces,
    /// How much is allowed.
    pub limits: Limits,
    rows: Vec<Row>,
}

impl Config {
    /// Reads the settings; `get` looks a variable up. Empty values are as if not set.
    pub fn from_env(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(get);
        let environment = environment::read(&mut reader);
        let listen = listen::read(&mut reader, environment);
        let replicas = reader.number("REPLICAS", 1, 1..=1000);
        let worker = reader.switch("WORKER", true);
        let data_dir = PathBuf::from(reader.text_or("DATA_DIR", "./data"));
        let session_secrets = secrets::read(&mut reader, environment);
        let database = storage::read_database(&mut reader, environment, &data_dir);
        let sessions = storage::read_sessions(&mut reader, environment);
        let credentials = objects::read_credentials(&mut reader);
        let objects = objects::read(&mut reader, environment, &data_dir, credentials.clone());
        storage::check_replicas(
            &mut reader,
            replicas,
            &database,
            &sessions,
            &objects,
            environment,
        );
        let vision = vision::read(&mut reader, environment, credentials);
        let mail = mail::read(&mut reader, environment, &listen.public_url);
        let currency = money::read(&mut reader);
        let logs = logs::read(&mut reader, environment);
        let traces = traces::read(&mut reader, environment);
        let limits = limits::read(&mut reader, environment);
        let rows = reader.finish()?;
        Ok(Self {
            environment,
            listen,
            replicas,
            worker,
            data_dir,
            session_secrets,
            database,
            sessions,
            objects,
            vision,
            mail,
            currency,
            logs,
            traces,
            limits,
            rows,
        })
    }

    /// Each variable with what would be used, secrets as `***`, in the order of the documentation.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether the environment says what this variable is.
    #[must_use]
    pub fn is_set(&self, variable: &str) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.variable == variable && row.set)
    }

    /// The rows as a table for people: variable, value, where it comes from.
    #[must_use]
    pub fn table(&self) -> String {
        reader::table(&self.rows)
    }
}
