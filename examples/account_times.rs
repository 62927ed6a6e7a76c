//! Whether the time of an answer tells if an address has an account: medians of sign-ins, registrations and requests for
//! links, for an address that is known and for ones that are not.
//!
//! ```sh
//! cargo build --release && cargo run --release --example account_times        # 60 pairs of each
//! ```
//!
//! Ends with 1 where two medians are further apart than 25 %. Known and unknown take turns, so that whatever else the
//! machine does falls on both.

#![expect(clippy::unwrap_used, reason = "a measurement stops by panicking")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const KNOWN: &str = "known@example.com";
const PASSWORD: &str = "seven lanterns over copper hill";
const MOST_PERCENT: u128 = 25;

struct Server {
    child: Child,
    http: reqwest::Client,
    url: String,
}

impl Server {
    /// Starts the program beside this one; its first line says where it listens.
    fn start(data: &Path) -> Self {
        let executable: PathBuf = std::env::current_exe().unwrap();
        let many = [
            "FAILED_SIGN_INS_PER_ACCOUNT",
            "FAILED_SIGN_INS_PER_IP",
            "MAILS_PER_ADDRESS",
            "MAILS_PER_IP",
        ];
        let mut child = Command::new(executable.parent().unwrap().with_file_name("shotify"))
            .env("DATA_DIR", data)
            .envs([
                ("HTTP_ADDR", "127.0.0.1:0"),
                ("METRICS_ADDR", "127.0.0.1:0"),
                ("LOG_FORMAT", "json"),
            ])
            .envs(many.map(|limit| (limit, "10000")))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        let url = format!("http://{}", line["http"].as_str().unwrap());
        // The rest of the log is read to its end, or the server would wait.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            child,
            http: reqwest::Client::builder().build().unwrap(),
            url,
        }
    }

    async fn send(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let request = self.http.post(format!("{}/query", self.url)).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn register(&self, name: &str, email: &str) -> Value {
        let query = "mutation($i: NewUserInput!) { registerUser(input: $i) { id } }";
        self.send(
            query,
            json!({ "i": { "username": name, "email": email, "password": PASSWORD } }),
        )
        .await
    }

    /// Registers the address that is known and confirms it by its mail.
    async fn prepare(&self) {
        self.register("known", KNOWN).await;
        let mailbox = format!("{}/dev/mailbox.json", self.url);
        for _ in 0..500 {
            let mails = self
                .http
                .get(&mailbox)
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
            if let Some((_, rest)) = mails.split_once("validate?token=") {
                let token: String = rest
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                    .collect();
                let query = "mutation($t: String!) { validateUser(validationToken: $t) }";
                assert_eq!(
                    self.send(query, json!({ "t": token })).await["data"]["validateUser"],
                    true
                );
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no mail comes");
    }

    /// One call of an operation for this address.
    async fn call(&self, operation: &str, number: usize, email: &str) {
        let by_address = |name: &str| format!("mutation($e: String!) {{ {name}(email: $e) }}");
        match operation {
            "login" => {
                let query = "mutation($i: LoginInput!) { login(input: $i) }";
                self.send(
                    query,
                    json!({ "i": { "email": email, "password": "wrong" } }),
                )
                .await;
            }
            "registerUser" => {
                let known = if email == KNOWN { "k" } else { "u" };
                let answer = self.register(&format!("{known}{number}x"), email).await;
                assert!(answer.get("errors").is_none(), "{answer}");
            }
            other => {
                let answer = self.send(&by_address(other), json!({ "e": email })).await;
                assert!(answer.get("errors").is_none(), "{answer}");
            }
        }
    }

    async fn timed(&self, operation: &str, number: usize, email: &str) -> Duration {
        let began = Instant::now();
        self.call(operation, number, email).await;
        began.elapsed()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[tokio::main]
async fn main() -> ExitCode {
    let pairs = std::env::args()
        .nth(1)
        .map_or(60, |pairs| pairs.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    server.prepare().await;
    let mut apart = 0;
    println!("| operation | known ms | unknown ms | apart |\n|---|---:|---:|---:|");
    for operation in [
        "login",
        "registerUser",
        "resendValidation",
        "requestPasswordReset",
    ] {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for number in 0..pairs {
            known.push(server.timed(operation, number, KNOWN).await);
            unknown.push(
                server
                    .timed(
                        operation,
                        number,
                        &format!("{operation}{number}@example.com"),
                    )
                    .await,
            );
        }
        let (known, unknown) = (median(known), median(unknown));
        let percent = known.abs_diff(unknown).as_micros() * 100 / known.min(unknown).as_micros();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "| {operation} | {:.2} | {:.2} | {percent} % |",
            ms(known),
            ms(unknown)
        );
        apart = apart.max(percent);
    }
    if apart > MOST_PERCENT {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
