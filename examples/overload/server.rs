//! The server that is measured.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::member::client;

/// Processors that it gets.
const CORES: usize = 2;

/// A program of its own; killed when dropped.
pub struct Server {
    child: Child,
    _data: TempDir,
    /// Where the API is.
    pub base: String,
    /// Processors that it has.
    pub cores: usize,
}

impl Server {
    /// Starts the program beside this one, with the defaults but for what would end the attack early: everybody may claim
    /// any address and try any account often.
    pub async fn start() -> Self {
        let data = TempDir::new().unwrap();
        let cores = available_parallelism().map_or(1, usize::from).min(CORES);
        let examples = std::env::current_exe().unwrap();
        let program: PathBuf = examples.ancestors().nth(2).unwrap().join("shotify");
        let mut child = Command::new("taskset")
            .args(["-c", &format!("0-{}", cores - 1)])
            .arg(program)
            .env("DATA_DIR", data.path())
            .envs([
                ("HTTP_ADDR", "127.0.0.1:0"),
                ("METRICS_ADDR", "127.0.0.1:0"),
                ("LOG_FORMAT", "json"),
                ("TRUSTED_PROXIES", "127.0.0.0/8"),
                ("FAILED_SIGN_INS_PER_ACCOUNT", "100000"),
                ("MAX_STORED_BYTES", "1000000000000"),
            ])
            .stderr(Stdio::piped())
            .spawn()
            .expect("taskset (of util-linux) can be run");
        let mut line = String::new();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        log.read_line(&mut line).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let base = format!("http://{}", line["http"].as_str().unwrap());
        // The rest of the log is read to its end, or the server would wait.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let server = Self {
            child,
            _data: data,
            base,
            cores,
        };
        server.until_ready().await;
        server
    }

    async fn until_ready(&self) {
        let (http, url) = (client(), format!("{}/readyz", self.base));
        for _ in 0..3000 {
            let answer = http.get(&url).send().await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the server does not become ready");
    }

    /// The most memory that it held in this span, in MiB.
    pub async fn watch(&self, span: Duration) -> u64 {
        let end = Instant::now() + span;
        let mut most = 0;
        while Instant::now() < end {
            most = most.max(self.memory());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        most
    }

    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("the server lives");
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        kib.unwrap_or(0_u64) / 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
