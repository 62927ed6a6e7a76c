//! What the guard costs: the processor's time for documents and variables made to hurt, the worst last.
//!
//!     cargo run --release --example guard_cost
//!
//! Ends with 1 where one costs more than 50 ms, which is what nothing may take before it is refused.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use shotify::graphql::guard::{GuardLimits, check_document, check_variables};

#[path = "../tests/fixtures/documents.rs"]
mod documents;

const PROMISED: Duration = Duration::from_millis(50);
/// The shortest of some runs is nearest to what the work costs.
const RUNS: usize = 5;

fn cost(mut work: impl FnMut()) -> Duration {
    let mut run = || {
        let began = Instant::now();
        work();
        began.elapsed()
    };
    (0..RUNS).map(|_| run()).min().unwrap_or_default()
}

fn main() -> ExitCode {
    let limits = GuardLimits::default();
    let mut costs = Vec::new();
    let documents = [
        documents::refused(),
        documents::largest(),
        documents::deepest(),
    ];
    for (name, text) in documents.into_iter().flatten() {
        let outcome = if check_document(&text, &limits).is_ok() {
            "passes"
        } else {
            "refused"
        };
        let took = cost(|| drop(check_document(&text, &limits)));
        costs.push((took, outcome, text.len(), name));
    }
    for piece in ["[", "{\"a\":", "1,", "\"\",", "\"\\\"", "\\", " "] {
        let text = piece.repeat(1024 * 1024 / piece.len());
        let outcome = if check_variables(text.as_bytes(), &limits).is_ok() {
            "passes"
        } else {
            "refused"
        };
        let took = cost(|| drop(check_variables(text.as_bytes(), &limits)));
        costs.push((took, outcome, text.len(), format!("variables of {piece}")));
    }
    costs.sort();
    for (took, outcome, bytes, name) in &costs {
        println!(
            "{:>9.3} ms  {outcome:<7}  {bytes:>9} bytes  {name}",
            took.as_secs_f64() * 1e3
        );
    }
    let worst = costs.last().map_or(Duration::ZERO, |cost| cost.0);
    println!("the worst: {:.3} ms", worst.as_secs_f64() * 1e3);
    if worst > PROMISED {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
