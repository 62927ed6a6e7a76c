//! The table.

use std::fmt;
use std::time::Duration;

use super::queries::RATE;
use super::server::Server;
use super::tally::{Outcome, Tally};

/// What is promised of queries under attack, and of the memory with the limits as they come.
const MOST_P99: Duration = Duration::from_millis(500);
const MOST_MIB: u64 = 1024;

/// One line of it.
pub struct Row {
    name: String,
    memory: u64,
    p50: Duration,
    p99: Duration,
    sent_away: usize,
    broken: usize,
    others: [usize; 2],
}

impl Row {
    pub fn new(name: &str, memory: u64, queries: &Tally, others: &Tally) -> Self {
        let of_both = |outcome| queries.count(outcome) + others.count(outcome);
        Self {
            name: name.to_owned(),
            memory,
            p50: queries.percentile(50),
            p99: queries.percentile(99),
            sent_away: queries.count(Outcome::SentAway),
            broken: of_both(Outcome::Broken) + queries.count(Outcome::Lost),
            others: [Outcome::Answered, Outcome::SentAway].map(|outcome| others.count(outcome)),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [answered, sent_away] = self.others;
        write!(
            f,
            "| {} | {} | {} | {} | {answered} | {sent_away} | {} | {} |",
            self.name,
            self.p50.as_millis(),
            self.p99.as_millis(),
            self.sent_away,
            self.broken,
            self.memory,
        )
    }
}

/// Where it was measured, and the columns.
pub fn head(server: &Server) -> String {
    format!(
        "Server and generator share {} processors ({}); {RATE} queries a second.\n\n\
         | beside the queries | queries p50 ms | p99 ms | queries sent away | others answered | others sent away | \
         5xx without Retry-After, or lost | memory MiB |\n|---|---:|---:|---:|---:|---:|---:|---:|",
        server.cores,
        processor()
    )
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split(": ").nth(1));
    name.unwrap_or("unknown").to_owned()
}

/// Before anything was asked.
pub fn idle(memory: u64) -> String {
    format!("| nobody asks anything | | | | | | | {memory} |")
}

/// What was promised, and whether it was kept.
pub fn verdict(rows: &[Row], idle: u64) -> String {
    let p99 = rows.iter().map(|row| row.p99).max().unwrap_or_default();
    let broken: usize = rows.iter().map(|row| row.broken).sum();
    let memory = rows.iter().map(|row| row.memory).max().unwrap_or(idle);
    let kept = |kept: bool| if kept { "kept" } else { "NOT KEPT" };
    let after = rows.last().map_or(Duration::ZERO, |row| row.p99);
    format!(
        "- Queries within {} ms, 99 of 100: {} ({} ms at worst; {} ms right after the attack).\n\
         - No 5xx but 503 with Retry-After, and no query without an answer: {} ({broken}).\n\
         - At most {MOST_MIB} MiB of memory: {} ({memory} MiB).",
        MOST_P99.as_millis(),
        kept(p99 < MOST_P99),
        p99.as_millis(),
        after.as_millis(),
        kept(broken == 0),
        kept(memory <= MOST_MIB),
    )
}
