//! What a start says, and signals that come while it is still at it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::folder;
use crate::support::command;

/// A program that has just said a word in its log; killed when dropped.
struct Begun {
    child: Child,
    line: Value,
}

impl Begun {
    fn new(data: &TempDir, subcommand: &str, word: &str) -> Self {
        let mut command = command(data, &[]);
        command.arg(subcommand).env_remove("PUBLIC_URL");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let word = format!("\"{word}\"");
        let line = lines.by_ref().map_while(Result::ok);
        let line = line.into_iter().find(|line| line.contains(&word)).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        let line = serde_json::from_str(&line).unwrap();
        Self { child, line }
    }

    fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.unwrap().success());
    }

    /// The exit code, none where a signal killed it.
    async fn ended(&mut self) -> Option<i32> {
        let end = Instant::now() + Duration::from_secs(25);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < end, "it does not end");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// L1
#[tokio::test]
async fn a_signal_right_after_the_first_line_ends_in_order() {
    let data = folder();
    for (subcommand, word) in [
        ("serve", "listening"),
        ("worker", "working"),
        ("demo", "listening"),
    ] {
        for _ in 0..3 {
            let mut begun = Begun::new(&data, subcommand, word);
            begun.terminate();
            assert_eq!(begun.ended().await, Some(0), "{subcommand}");
        }
    }
}

#[tokio::test]
async fn the_demo_names_the_addresses_that_it_was_given() {
    let data = folder();
    let mut begun = Begun::new(&data, "demo", "listening");
    let out = BufReader::new(begun.child.stdout.take().unwrap());
    let tour: Vec<String> = out
        .lines()
        .map_while(Result::ok)
        .take_while(|line| !line.starts_with("In GraphiQL"))
        .collect();
    let tour = tour.join("\n");
    let http = begun.line["http"].as_str().unwrap();
    let port = http.rsplit(':').next().unwrap();
    let metrics = begun.line["metrics"].as_str().unwrap();
    for link in [
        format!("http://{metrics}/metrics"),
        format!("http://localhost:{port}/query/playground"),
    ] {
        assert!(tour.contains(&link), "{link}: {tour}");
    }
}
