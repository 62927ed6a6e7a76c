//! The program `shotify`: reads arguments and settings, and hands over to the library.

use std::collections::HashMap;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use shotify::app::{self, App, AppError, ObjectPlace};
use shotify::config::Config;
use shotify::demo;
use tokio::runtime::Runtime;

/// More than four times what the deepest document that passes needs, even without optimisation
/// (`tests/api/documents/deepest.rs`). A thread takes of it what it uses.
const STACK_BYTES: usize = 4 * 1024 * 1024;

/// An image sharing and selling server with a GraphQL API.
#[derive(Parser)]
#[command(name = "shotify", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the marketplace (the default).
    Serve,
    /// Work off the outbox (mails, deletions) without serving.
    Worker,
    /// Bring the database's schema up to date.
    Migrate,
    /// Print the GraphQL schema.
    Schema,
    /// Print the settings in use, secrets redacted, and try every connection.
    CheckConfig,
    /// Ask a server that runs on this machine whether it is ready, by its settings; exit code 1 where it is not.
    Health {
        /// A worker instead, at `METRICS_ADDR`.
        #[arg(long)]
        worker: bool,
    },
    /// Give a role to a member.
    Role {
        /// The member's confirmed address.
        email: String,
        /// ADMIN, MODERATOR or USER.
        role: String,
    },
    /// Work on stored objects.
    #[command(subcommand)]
    Objects(Objects),
    /// Serve a marketplace with members, photographs and sales to look at, in a folder of its own.
    Demo,
}

#[derive(Subcommand)]
enum Objects {
    /// Copy every object that the database names to another place; what is there already is passed over.
    Copy {
        /// Where they are.
        #[arg(long)]
        from: Place,
        /// Where they shall be, too.
        #[arg(long)]
        to: Place,
        /// How many at once; each is held in memory whole.
        #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
        parallel: u8,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Place {
    /// Files in `DATA_DIR`.
    Files,
    /// The bucket of `GCS_BUCKET`.
    Gcs,
}

impl From<Place> for ObjectPlace {
    fn from(place: Place) -> Self {
        match place {
            Place::Files => Self::Files,
            Place::Gcs => Self::Gcs,
        }
    }
}

fn main() -> ExitCode {
    // Before anything speaks TLS. It fails only where a provider is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let command = Arguments::parse().command.unwrap_or(Command::Serve);
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(AppError(sentence)) => {
            eprintln!("shotify: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), AppError> {
    if matches!(command, Command::Schema) {
        print!("{}", app::schema());
        return Ok(());
    }
    let config = settings(&command)?;
    let runtime =
        runtime().map_err(|error| AppError(format!("the runtime cannot start: {error}")))?;
    runtime.block_on(async {
        let watching = app::watch(&config)?;
        let done = dispatch(command, config).await;
        watching.end().await;
        done
    })
}

/// Threads with [`STACK_BYTES`] of stack, unless `RUST_MIN_STACK` says how much.
fn runtime() -> std::io::Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if std::env::var_os("RUST_MIN_STACK").is_none() {
        builder.thread_stack_size(STACK_BYTES);
    }
    builder.enable_all().build()
}

async fn dispatch(command: Command, config: Config) -> Result<(), AppError> {
    match command {
        Command::Serve => {
            let mut app = App::open(config).await?;
            let started = app::bind(&mut app).await?;
            app::serve(app, started).await
        }
        Command::Worker => app::work(App::open(config).await?).await,
        Command::Migrate => app::migrate(&config).await,
        Command::CheckConfig => {
            println!("{}", config.table());
            check(&config).await
        }
        Command::Health { worker } => app::check_health(&config, worker).await,
        Command::Role { email, role } => app::set_role(config, &email, &role).await,
        Command::Objects(Objects::Copy { from, to, parallel }) => {
            app::copy_objects(&config, from.into(), to.into(), parallel.into()).await
        }
        Command::Demo => demo::run(config).await,
        Command::Schema => Ok(()),
    }
}

async fn check(config: &Config) -> Result<(), AppError> {
    let checked = app::check_config(config).await;
    for sentence in checked.works {
        println!("{sentence}");
    }
    let fails: Vec<String> = checked.fails.iter().map(ToString::to_string).collect();
    if fails.is_empty() {
        Ok(())
    } else {
        Err(AppError(fails.join("\nshotify: ")))
    }
}

/// From the environment; in development a `.env` file fills in what that leaves out.
fn settings(command: &Command) -> Result<Config, AppError> {
    let production = std::env::var("SHOTIFY_ENV").is_ok_and(|value| value == "production");
    let file = if production {
        HashMap::new()
    } else {
        dot_env()?
    };
    let lookup = |name: &str| {
        let value = std::env::var(name).ok();
        let value = value.or_else(|| file.get(name).cloned());
        value
            .filter(|value| !value.trim().is_empty())
            .or_else(|| default(command, name))
    };
    Config::from_env(&lookup).map_err(|error| AppError(error.to_string()))
}

/// Where a command begins with other settings than the rest.
fn default(command: &Command, name: &str) -> Option<String> {
    let own_folder = matches!(command, Command::Demo) && name == "DATA_DIR";
    own_folder.then(|| demo::DATA_DIR.to_owned())
}

fn dot_env() -> Result<HashMap<String, String>, AppError> {
    let broken = |error: dotenvy::Error| AppError(format!(".env cannot be read: {error}"));
    match dotenvy::from_filename_iter(".env") {
        Ok(lines) => lines.collect::<Result<_, _>>().map_err(broken),
        Err(error) if error.not_found() => Ok(HashMap::new()),
        Err(error) => Err(broken(error)),
    }
}
