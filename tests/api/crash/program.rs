//! The real program, started, killed and started again on the same data.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;

use crate::support::{Client, command};

/// How long a start may take on a machine that has other things to do.
const START: Duration = Duration::from_mins(2);

/// A running server, whose log is kept in `server.log` beside its data; killed when dropped.
pub struct Program {
    child: Child,
    /// Where it listens, once it has said so.
    said: watch::Receiver<Option<String>>,
}

impl Program {
    pub fn start(data: &TempDir, settings: &[(&str, &str)]) -> Self {
        let mut child = command(data, settings)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, said) = watch::channel(None);
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = data.path().join("server.log");
        let mut log = File::options().append(true).create(true).open(log).unwrap();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                writeln!(log, "{line}").unwrap();
                if let Some(base) = listening(&line) {
                    tell.send_replace(Some(base));
                }
            }
        });
        Self { child, said }
    }

    /// Waits until it listens; where that is. An error when it ends instead.
    pub async fn listens(&mut self) -> Result<String, String> {
        let said = self.said.wait_for(Option::is_some);
        match tokio::time::timeout(START, said).await {
            Ok(Ok(base)) => Ok(base.clone().unwrap_or_default()),
            Ok(Err(_)) => Err("the server ended by itself at its start".to_owned()),
            Err(_) => Err("the server does not come to listen".to_owned()),
        }
    }

    /// Waits until it is ready; where it listens.
    pub async fn ready(&mut self) -> Result<String, String> {
        let base = self.listens().await?;
        let client = Client::new(&base);
        let end = Instant::now() + START;
        while Instant::now() < end {
            let asked = client.request(reqwest::Method::GET, "/readyz").send();
            if asked.await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(base);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err("the server does not get ready".to_owned())
    }

    /// SIGKILL; returns when nothing of it is left. An error when it had ended before.
    pub fn kill(mut self) -> Result<(), String> {
        if let Some(status) = self.child.try_wait().unwrap() {
            return Err(format!("the server ended by itself: {status}"));
        }
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        Ok(())
    }
}

/// Where a server listens that has logged this line, if that is what it says.
fn listening(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    let is_it = line["message"] == "listening" || line["fields"]["message"] == "listening";
    let http = line["http"].as_str().or(line["fields"]["http"].as_str());
    http.filter(|_| is_it).map(|http| format!("http://{http}"))
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
