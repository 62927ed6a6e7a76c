//! What a start costs with so many pictures, as a Markdown table: a `SQLite` database is made with an embedding for each,
//! and the server is started on it.
//!
//! ```sh
//! cargo build --release && cargo run --release --example startup              # 100,000 pictures
//! cargo run --release --example startup -- 10000
//! ```
//!
//! `ready` is when `/readyz` answers, `searches` when the index has taken in every picture, which goes on beside
//! everything else.

#![expect(clippy::unwrap_used, reason = "a measurement stops by panicking")]

#[path = "../tests/contract/vectors/synthetic.rs"]
mod synthetic;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use shotify::adapters::clock::SystemClock;
use shotify::adapters::sql::{SqlConfig, SqlStore};
use shotify::adapters::vectors::memory::{MemoryIndex, SearchLimits};
use shotify::domain::email::Email;
use shotify::domain::embedding::{Embedding, ModelId};
use shotify::domain::id::UserId;
use shotify::domain::money::{Cents, Currency, Percent};
use shotify::domain::picture::{ImageFormat, PictureFacts};
use shotify::domain::product::{Listing, NewProduct, ObjectKeys};
use shotify::domain::text::{Bio, Description, Title};
use shotify::domain::timestamp::Timestamp;
use shotify::domain::user::{Stamp, Username};
use shotify::ports::store::Store as _;
use shotify::ports::users::NewUser;
use shotify::services::similarity::Follower;
use synthetic::Pictures;

const PARTS: usize = 1280;
/// The name under which the server looks for embeddings.
const MODEL: &str = "efficientnet-lite0-mix-1";
/// Rows of one transaction.
const BATCH: usize = 500;
const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

#[tokio::main]
async fn main() {
    let size = std::env::args().nth(1);
    let size: usize = size.map_or(100_000, |size| size.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    fill(&store, size).await;
    let filling = fill_index(&store).await;
    store.close().await;
    println!(
        "| pictures | ready ms | searches after s | memory of the server MiB |\n|---:|---:|---:|---:|"
    );
    let began = Instant::now();
    let mut server = Server::start(folder.path());
    server.until_ready().await;
    let ready = began.elapsed();
    // The index of this process is of the same size and takes as long.
    tokio::time::sleep(filling + Duration::from_secs(3)).await;
    println!(
        "| {size} | {} | {:.2} | {} |",
        ready.as_millis(),
        filling.as_secs_f64(),
        server.memory()
    );
    server.child.kill().unwrap();
    server.child.wait().unwrap();
}

async fn open(folder: &Path) -> SqlStore {
    let config = SqlConfig {
        url: format!("sqlite://{}", folder.join("shotify.db").display()),
        read_connections: 4,
        write_connections: 1,
        acquire_timeout: Duration::from_secs(30),
        replicas: Vec::new(),
    };
    let store = SqlStore::connect(&config).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn fill(store: &SqlStore, size: usize) {
    let owner = member(store).await;
    let mut pictures = Pictures::new(42, PARTS, 200);
    let mut made = 0;
    while made < size {
        let mut unit = store.begin().await.unwrap();
        for number in made..size.min(made + BATCH) {
            let id = unit.products().add(&product(owner, number)).await.unwrap();
            let embedding = Embedding::new(ModelId::new(MODEL), &pictures.take()).unwrap();
            unit.embeddings().set(id, &embedding, NOW).await.unwrap();
        }
        unit.commit().await.unwrap();
        made += BATCH;
    }
}

async fn member(store: &SqlStore) -> UserId {
    let address = Email::parse("owner@example.com").unwrap();
    let user = NewUser {
        username: Username::parse("owner").unwrap(),
        pending_email: address.clone(),
        password_hash: String::new(),
        stamp: Stamp([7; 16]),
        bio: Bio::parse("").unwrap(),
        avatar: None,
        joined: NOW,
    };
    let mut unit = store.begin().await.unwrap();
    let id = unit.users().add(&user).await.unwrap();
    unit.users().confirm(id, &address).await.unwrap();
    unit.commit().await.unwrap();
    id
}

fn product(owner: UserId, number: usize) -> NewProduct {
    let key = |name: &str| format!("{number:x}/{name}.jpg");
    NewProduct {
        owner,
        listing: Listing {
            title: Title::parse("Measured").unwrap(),
            description: Description::parse("").unwrap(),
            private: false,
            for_sale: false,
            archived: false,
            price: Cents::ZERO,
            discount: Percent::from_stored(0),
        },
        currency: Currency::parse("USD").unwrap(),
        created: NOW,
        facts: PictureFacts {
            width: 4,
            height: 3,
            format: ImageFormat::Jpeg,
            size: 1,
            renditions: 0,
            placeholder: vec![1],
            perceptual_hash: 0,
            sha256: [0; 32],
        },
        keys: ObjectKeys {
            original: key("original"),
            thumbnail: key("thumbnail"),
            preview: key("preview"),
            watermarked: key("watermarked"),
        },
    }
}

/// What the server does beside its start.
async fn fill_index(store: &SqlStore) -> Duration {
    let model = ModelId::new(MODEL);
    let index = MemoryIndex::new(model.clone(), PARTS, SearchLimits::default());
    let (store, clock) = (Arc::new(store.clone()), Arc::new(SystemClock));
    let follower = Follower::new(store, Arc::new(index), model, clock);
    let began = Instant::now();
    follower.reconcile().await.unwrap();
    began.elapsed()
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts the program beside this one; its first line says where it listens.
    fn start(data: &Path) -> Self {
        let mut child = Command::new(program())
            .env("DATA_DIR", data)
            .envs([
                ("HTTP_ADDR", "127.0.0.1:0"),
                ("METRICS_ADDR", "127.0.0.1:0"),
            ])
            .envs([("LOG_FORMAT", "json"), ("WORKER", "off")])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        log.read_line(&mut line).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let address = line["http"].as_str().unwrap_or_default();
        let address = address.to_owned();
        // The rest of the log is read to its end, or the server would wait.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { child, address }
    }

    async fn until_ready(&self) {
        let url = format!("http://{}/readyz", self.address);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().build().unwrap();
        for _ in 0..3000 {
            if client
                .get(&url)
                .send()
                .await
                .is_ok_and(|a| a.status() == 200)
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("the server does not become ready");
    }

    /// What it holds of the memory, in MiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        kib.unwrap_or(0_u64) / 1024
    }
}

fn program() -> PathBuf {
    let examples = std::env::current_exe().unwrap();
    examples.parent().unwrap().with_file_name("shotify")
}
