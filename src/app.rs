//! The composition root: settings -> adapters -> services -> router. The only file that names all layers.
//!
//! Read it from top to bottom: [`App::open`] chooses an adapter for each port, [`App::services`] puts the
//! services over them, [`App::router`] puts HTTP over the services. What runs is in `app/`.

mod admin;
mod check;
mod database;
mod descriptors;
mod health;
mod mail;
mod measure;
mod objects;
mod outbox;
mod seeing;
mod serve;
mod shared;
mod traces;
mod transport;

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::adapters::chance::SystemRandom;
use crate::adapters::clock::SystemClock;
use crate::adapters::keys::SecretKeys;
use crate::adapters::passwords::Argon2Hasher;
use crate::adapters::sql::SqlStore;
use crate::config::{Config, Secret, secrets};
use crate::graphql::{self, Services};
use crate::http::client_address::TrustedProxies;
use crate::http::executor::SchemaExecutor;
use crate::http::health::{Readiness, StoreReadiness};
use crate::http::origin::Sites;
use crate::http::router::{Parts, router};
use crate::http::session::SessionCookies;
use crate::http::visitor::Visitors;
use crate::ports::chance::Random;
use crate::ports::clock::Clock;
use crate::ports::objects::ObjectStore;
use crate::ports::passwords::PasswordHasher;
use crate::ports::rate_limit::Quota;
use crate::ports::store::{Store, StoreError};
use crate::services::auth::{Auth, AuthSettings};
use crate::services::labelling::Labelling;
use crate::services::limits::AccountLimits;
use crate::services::media::{Media, MediaLinks};
use crate::services::products::{Products, UploadLimits};
use crate::services::sales::Sales;
use crate::services::similarity::{Describer, Duplicates, Follower};
use crate::services::users::Members;

use mail::Mails;
use seeing::Seeing;
use shared::Shared;

pub use admin::{migrate, set_role};
pub use check::{Checked, check_config};
pub use health::check_health;
pub use objects::{ObjectPlace, copy_objects};
pub use serve::{Started, bind, serve, work};
pub use traces::{Watching, watch};

/// Pictures whose finished bytes are held at once, some 30 MiB each at most.
const DESKS: usize = 8;

/// Why the program ends. The sentence is for the operator and holds no secret.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct AppError(pub String);

impl AppError {
    fn new(what: &str, cause: impl std::fmt::Display) -> Self {
        Self(format!("{what}: {cause}"))
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::new("the database", error)
    }
}

/// An adapter for each port.
pub struct App {
    /// The settings.
    pub config: Config,
    /// Rows.
    pub store: SqlStore,
    /// Bytes.
    pub objects: Arc<dyn ObjectStore>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    secrets: Vec<Secret>,
    keys: Arc<SecretKeys>,
    hasher: Arc<dyn PasswordHasher>,
    shared: Shared,
    seeing: Seeing,
    mails: Mails,
    poke: Arc<Notify>,
}

impl App {
    /// Chooses and opens the adapters.
    pub async fn open(config: Config) -> Result<Self, AppError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let data = &config.data_dir;
        let folder = |error| AppError::new("DATA_DIR cannot be written to", error);
        secrets::make_folder(&data.join("spool")).map_err(folder)?;
        let secrets = session_secrets(&config, random.as_ref())?;
        let store = database::open_store(&config).await?;
        let others: Vec<&[u8]> = secrets[1..].iter().map(|s| s.reveal().as_bytes()).collect();
        let environment = config.environment.as_str();
        let keys = Arc::new(SecretKeys::new(
            secrets[0].reveal().as_bytes(),
            &others,
            environment,
            random.clone(),
        ));
        let seeing = Seeing::open(&config, Arc::new(store.clone()), &clock)?;
        let hashers = std::thread::available_parallelism()
            .map_or(1, usize::from)
            .div_ceil(2);
        Ok(Self {
            hasher: Arc::new(Argon2Hasher::new(
                random.clone(),
                hashers,
                config.limits.password_queue,
            )),
            shared: shared::open(&config, &store, &clock)?,
            mails: mail::open(&config, &clock)?,
            objects: objects::open(&config, &clock)?,
            seeing,
            poke: Arc::new(Notify::new()),
            config,
            store,
            clock,
            random,
            secrets,
            keys,
        })
    }

    /// The services over the adapters.
    #[must_use]
    pub fn services(&self) -> Services {
        let store: Arc<dyn Store> = Arc::new(self.store.clone());
        let links = MediaLinks::new(
            self.config.listen.public_url.clone(),
            self.keys.clone(),
            self.clock.clone(),
        );
        Services {
            auth: Arc::new(self.auth(store.clone())),
            users: Arc::new(self.members(store.clone())),
            products: Arc::new(self.products(store.clone())),
            sales: Arc::new(Sales {
                store: store.clone(),
                clock: self.clock.clone(),
            }),
            media: Arc::new(Media::new(store, self.objects.clone(), links)),
        }
    }

    fn auth(&self, store: Arc<dyn Store>) -> Auth {
        let limits = &self.config.limits;
        Auth {
            store,
            sessions: self.shared.sessions.clone(),
            hasher: self.hasher.clone(),
            keys: self.keys.clone(),
            limiter: self.shared.limiter.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            settings: AuthSettings {
                lifetime: limits.session_lifetime,
                idle: limits.session_idle,
                access: limits.access_token_lifetime,
                limits: self.account_limits(),
            },
        }
    }

    fn members(&self, store: Arc<dyn Store>) -> Members {
        Members {
            store,
            hasher: self.hasher.clone(),
            studio: self.seeing.studio.clone(),
            objects: self.objects.clone(),
            limiter: self.shared.limiter.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            limits: self.account_limits(),
            unconfirmed_for: self.config.limits.unconfirmed_lifetime,
        }
    }

    fn products(&self, store: Arc<dyn Store>) -> Products {
        let limits = &self.config.limits;
        Products {
            labelling: self.labelling(),
            duplicates: self.duplicates(),
            store,
            objects: self.objects.clone(),
            studio: self.seeing.studio.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            desks: Arc::new(Semaphore::new(DESKS)),
            currency: self.config.currency.clone(),
            limits: UploadLimits {
                files: limits.max_files,
                images: limits.max_images,
                bytes: limits.max_stored_bytes,
            },
        }
    }

    fn labelling(&self) -> Labelling {
        let limits = &self.config.limits;
        Labelling {
            store: Arc::new(self.store.clone()),
            objects: self.objects.clone(),
            labeller: self.seeing.labeller.clone(),
            thesaurus: self.seeing.thesaurus.clone(),
            limiter: self.shared.limiter.clone(),
            clock: self.clock.clone(),
            quota: Quota {
                limit: limits.labellings_per_member,
                window: limits.labellings_window,
            },
        }
    }

    fn duplicates(&self) -> Duplicates {
        let store = Arc::new(self.store.clone());
        self.seeing.duplicates(store, self.clock.clone())
    }

    /// Keeps the index of pictures like the database.
    #[must_use]
    pub fn follower(&self) -> Arc<Follower> {
        self.seeing.warm();
        self.seeing.follower.clone()
    }

    /// Makes up for missing embeddings.
    #[must_use]
    pub fn describer(&self) -> Describer {
        Describer {
            store: Arc::new(self.store.clone()),
            objects: self.objects.clone(),
            studio: self.seeing.studio.clone(),
            thesaurus: self.seeing.thesaurus.clone(),
            clock: self.clock.clone(),
        }
    }

    fn account_limits(&self) -> AccountLimits {
        let limits = &self.config.limits;
        let tries = |limit| Quota {
            limit,
            window: limits.failed_sign_ins_window,
        };
        let mails = |limit| Quota {
            limit,
            window: limits.mails_window,
        };
        AccountLimits {
            tries_per_account: tries(limits.failed_sign_ins_per_account),
            tries_per_network: tries(limits.failed_sign_ins_per_ip),
            mails_per_address: mails(limits.mails_per_address),
            mails_per_network: mails(limits.mails_per_ip),
            registrations_per_network: mails(limits.registrations_per_ip),
        }
    }

    /// HTTP over the services.
    pub fn router(&self, services: &Services, ending: CancellationToken) -> axum::Router {
        let config = &self.config;
        let visitors = Arc::new(self.visitors());
        let schema = graphql::build(services.clone(), transport::answers(&config.limits));
        let concurrent = config.limits.max_concurrent_requests;
        router(Parts {
            executor: Arc::new(SchemaExecutor::new(schema, visitors.clone(), concurrent)),
            transport: transport::settings(config),
            queries: self.shared.queries.clone(),
            visitors,
            auth: services.auth.clone(),
            users: services.users.clone(),
            media: services.media.clone(),
            readiness: self.readiness(ending),
            random: self.random.clone(),
            sdl: graphql::sdl(),
            playground: config.listen.playground,
            mailbox: self.mails.mailbox.clone(),
            production: config.environment.is_production(),
            downloads: config.limits.max_downloads,
        })
    }

    /// Whether this process can work.
    fn readiness(&self, ending: CancellationToken) -> Arc<dyn Readiness> {
        Arc::new(StoreReadiness::new(Arc::new(self.store.clone()), ending))
    }

    fn visitors(&self) -> Visitors {
        let Config {
            environment,
            listen,
            ..
        } = &self.config;
        let secrets: Vec<&str> = self.secrets.iter().map(Secret::reveal).collect();
        Visitors {
            cookies: SessionCookies::new(
                &secrets,
                environment.as_str(),
                environment.is_production(),
            ),
            sites: Sites::new(
                origin_of(&listen.public_url),
                listen.allowed_origins.clone(),
            ),
            proxies: TrustedProxies::new(listen.trusted_proxies.clone()),
        }
    }
}

/// The schema in its definition language.
#[must_use]
pub fn schema() -> String {
    graphql::sdl()
}

fn session_secrets(config: &Config, random: &dyn Random) -> Result<Vec<Secret>, AppError> {
    if !config.session_secrets.is_empty() {
        return Ok(config.session_secrets.clone());
    }
    let made = secrets::load_or_make(&config.data_dir, &|bytes| random.fill(bytes));
    Ok(vec![made.map_err(|error| {
        AppError::new("the session secret in DATA_DIR", error)
    })?])
}

/// Scheme, host and port of a URL, as browsers send them.
fn origin_of(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.origin().ascii_serialization())
}
