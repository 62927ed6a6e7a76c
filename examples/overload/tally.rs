//! What was answered.

use std::sync::Mutex;
use std::time::Duration;

use reqwest::Response;

/// How a request ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// With an answer of whatever kind that is none of those below.
    Answered,
    /// 429, or 503 with Retry-After: sent away, and told when to come again.
    SentAway,
    /// Another 5xx, or 503 that does not say when to come again.
    Broken,
    /// Without an answer.
    Lost,
}

impl Outcome {
    /// Of an answer; reads it to its end.
    pub async fn of(sent: reqwest::Result<Response>) -> Self {
        let Ok(answer) = sent else {
            return Self::Lost;
        };
        let status = answer.status().as_u16();
        let says_when = answer.headers().contains_key("retry-after");
        let Ok(text) = answer.text().await else {
            return Self::Lost;
        };
        match status {
            429 => Self::SentAway,
            503 if says_when => Self::SentAway,
            500.. => Self::Broken,
            _ if text.contains("\"INTERNAL\"") => Self::Broken,
            _ => Self::Answered,
        }
    }
}

/// Requests of one kind.
#[derive(Default)]
pub struct Tally(Mutex<Vec<(Outcome, Duration)>>);

impl Tally {
    /// One more.
    pub fn add(&self, outcome: Outcome, took: Duration) {
        self.0.lock().unwrap().push((outcome, took));
    }

    /// How many ended so.
    pub fn count(&self, wanted: Outcome) -> usize {
        let all = self.0.lock().unwrap();
        all.iter().filter(|(outcome, _)| *outcome == wanted).count()
    }

    /// The time within which so many of a hundred of those that were answered were so.
    pub fn percentile(&self, of_a_hundred: usize) -> Duration {
        let all = self.0.lock().unwrap();
        let answered = all
            .iter()
            .filter(|(outcome, _)| *outcome == Outcome::Answered);
        let mut times: Vec<Duration> = answered.map(|(_, took)| *took).collect();
        times.sort_unstable();
        let at = (times.len() * of_a_hundred).div_ceil(100).saturating_sub(1);
        times.get(at).copied().unwrap_or_default()
    }
}
