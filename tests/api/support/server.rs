//! A spawned server on free ports with its own data.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::{Client, PASSWORD, PUBLIC_URL};

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    /// Where the API is.
    pub base: String,
    /// Where the metrics are.
    pub metrics: String,
    /// Its data.
    pub data: Arc<TempDir>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts with the embedded defaults.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts with these settings besides.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::on(Arc::new(TempDir::new().unwrap()), settings).await
    }

    /// Starts on data that another one left.
    pub async fn on(data: Arc<TempDir>, settings: &[(&str, &str)]) -> Self {
        let mut child = command(&data, settings)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        // The first line, unless RUST_LOG asks for more.
        let first = lines
            .by_ref()
            .map_while(Result::ok)
            .find(|line| line.contains("\"listening\""))
            .expect("the server says where it listens");
        let said: Value =
            serde_json::from_str(&first).unwrap_or_else(|_| panic!("not a log line: {first}"));
        let address = |name: &str| {
            format!(
                "http://{}",
                said[name]
                    .as_str()
                    .unwrap_or_else(|| panic!("no {name} in {first}"))
            )
        };
        let log = Arc::new(Mutex::new(vec![first.clone()]));
        let kept = log.clone();
        std::thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .for_each(|line| kept.lock().unwrap().push(line));
        });
        let server = Self {
            child,
            base: address("http"),
            metrics: address("metrics"),
            data,
            log,
        };
        server.guest().wait_until_ready().await;
        server
    }

    /// Somebody without a session.
    pub fn guest(&self) -> Client {
        Client::new(&self.base)
    }

    /// A member with a confirmed address `NAME@example.com`, signed in.
    pub async fn member(&self, name: &str) -> Client {
        let client = self.registered(name).await;
        client
            .sign_in(&format!("{name}@example.com"), PASSWORD)
            .await
            .data();
        client
    }

    /// The same, not yet signed in.
    pub async fn registered(&self, name: &str) -> Client {
        let client = self.guest();
        let email = format!("{name}@example.com");
        client.register(name, &email).await.data();
        let token = client.mailed_token(&email, "/validate").await;
        client.confirm(&token).await.data();
        client
    }

    /// Statements executed for requests so far.
    pub async fn statements(&self) -> u64 {
        self.counted("shotify_sql_statements_total{for=\"requests\"}")
            .await
    }

    /// What a line of the metrics says; nothing where there is none yet.
    pub async fn counted(&self, name: &str) -> u64 {
        let answer = reqwest::get(format!("{}/metrics", self.metrics)).await;
        let text = answer.unwrap().text().await.unwrap();
        let mut lines = text.lines();
        let line = lines
            .find(|line| line.starts_with(name))
            .unwrap_or_default();
        line.rsplit(' ')
            .next()
            .and_then(|n| n.parse().ok())
            .unwrap_or(0)
    }

    /// All lines logged so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The most memory that it has held so far, in bytes.
    pub fn memory_peak(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM"));
        let kib = line.unwrap().split_whitespace().nth(1).unwrap();
        kib.parse::<u64>().unwrap() * 1024
    }

    /// How long it has computed so far, on all processors.
    pub fn processor_time(&self) -> Duration {
        let stat = format!("/proc/{}/stat", self.child.id());
        let stat = std::fs::read_to_string(stat).unwrap();
        // Behind the name, which may hold anything: state, ten numbers, then hundredths of a second for itself and in
        // the system.
        let (_, numbers) = stat.rsplit_once(')').unwrap();
        let times = numbers.split_whitespace().skip(11).take(2);
        Duration::from_millis(times.map(|n| n.parse::<u64>().unwrap() * 10).sum())
    }

    /// Files in the object store.
    pub fn objects(&self) -> Vec<std::path::PathBuf> {
        files(&self.data.path().join("objects"))
    }

    /// Bytes of the objects on the disk.
    pub fn object_bytes(&self) -> usize {
        let objects = self.objects();
        let sizes = objects
            .iter()
            .map(|path| std::fs::read(path).unwrap().len());
        sizes.sum()
    }

    /// Waits until nothing but the given number of objects is left.
    pub async fn wait_for_objects(&self, count: usize) {
        let end = Instant::now() + Duration::from_secs(10);
        while self.objects().len() != count {
            assert!(
                Instant::now() < end,
                "{} objects, not {count}",
                self.objects().len()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Kills it on the spot, as a crash would.
    pub fn kill(mut self) -> Arc<TempDir> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.data.clone()
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "the server does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The program with nothing of this process's environment but the path. `TEST_PROGRAM` names another build of it.
pub fn command(data: &TempDir, settings: &[(&str, &str)]) -> Command {
    let program = std::env::var("TEST_PROGRAM");
    let program = program.unwrap_or_else(|_| env!("CARGO_BIN_EXE_shotify").to_owned());
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap_or_default())
        .env("DATA_DIR", data.path())
        .env("HTTP_ADDR", "127.0.0.1:0")
        .env("METRICS_ADDR", "127.0.0.1:0")
        .env("PUBLIC_URL", PUBLIC_URL)
        .env("LOG_FORMAT", "json")
        .envs(settings.iter().copied())
        .current_dir(data.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// All files below a folder; none where there is none.
pub fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
