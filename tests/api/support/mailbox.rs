//! Reading the development mailbox.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::Client;

impl Client {
    /// All mails to an address so far, newest first.
    pub async fn mails(&self, to: &str) -> Vec<Value> {
        let all: Vec<Value> = self.get("/dev/mailbox.json").await.json().await.unwrap();
        all.into_iter().filter(|mail| mail["to"] == to).collect()
    }

    /// Waits until so many mails have come to an address.
    pub async fn wait_for_mails(&self, to: &str, count: usize) -> Vec<Value> {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let mails = self.mails(to).await;
            if mails.len() >= count {
                return mails;
            }
            assert!(
                Instant::now() < end,
                "{} mails to {to}, not {count}: {mails:?}",
                mails.len()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The token in the newest mail to an address whose link has this path; waits for it.
    pub async fn mailed_token(&self, to: &str, path: &str) -> String {
        let end = Instant::now() + Duration::from_secs(10);
        let marker = format!("{path}?token=");
        loop {
            let texts = self.mails(to).await;
            let found = texts.iter().find_map(|mail| {
                mail["text"]
                    .as_str()?
                    .split(&marker)
                    .nth(1)?
                    .split_whitespace()
                    .next()
                    .map(str::to_owned)
            });
            if let Some(token) = found {
                return token;
            }
            assert!(
                Instant::now() < end,
                "no mail to {to} with {path}: {texts:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
