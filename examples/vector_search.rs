//! How long the index in memory takes, how much it needs, and how many of the nearest it finds, as a Markdown table:
//!
//! ```sh
//! cargo run --release --example vector_search                     # 10,000 and 100,000 pictures
//! cargo run --release --example vector_search -- 1000000          # sizes of one's own
//! ```
//!
//! The floats that the answers are compared with are held as well, so that only the growth of memory by the index
//! itself is told. `detected` computes with what the processor has, `baseline` with what every processor of its family
//! has.

#![expect(clippy::unwrap_used, reason = "a measurement stops by panicking")]
#![expect(
    clippy::cast_precision_loss,
    reason = "numbers are rounded for people anyway"
)]

#[path = "../tests/contract/vectors/synthetic.rs"]
mod synthetic;

use std::cmp::Reverse;
use std::fs;
use std::time::Instant;

use pulp::Arch;
use shotify::adapters::vectors::memory::{MemoryIndex, SearchLimits};
use shotify::domain::embedding::{Embedding, ModelId, Similarity};
use shotify::domain::id::ProductId;
use shotify::ports::vectors::VectorIndex as _;

use synthetic::Pictures;

const PARTS: usize = 1280;
const SEARCHES: usize = 50;
/// Searches whose answers are compared with the exact ones, which take long to find.
const COMPARED: usize = 20;
/// Asked of the index, and the best of them by the floats.
const CANDIDATES: usize = 200;
const TOP: usize = 10;

#[tokio::main]
async fn main() {
    let sizes = std::env::args().skip(1).map(|size| size.parse().unwrap());
    let mut sizes: Vec<usize> = sizes.collect();
    if sizes.is_empty() {
        sizes = vec![10_000, 100_000];
    }
    println!(
        "| pictures | instructions | fill s | memory MiB | search ms, median | p99 | recall@{TOP} |\n\
         |---:|---|---:|---:|---:|---:|---:|"
    );
    // All are kept to the end, so that no index grows into what another has left behind.
    let mut kept = Vec::new();
    for size in sizes {
        let mut pictures = Pictures::new(42, PARTS, 200);
        let items: Vec<_> = (0..size).map(|_| made(&mut pictures)).collect();
        let queries: Vec<_> = (0..SEARCHES).map(|_| made(&mut pictures)).collect();
        kept.push(measure("detected", Arch::new(), &items, &queries).await);
        kept.push(measure("baseline", Arch::Scalar, &items, &queries).await);
    }
}

fn model() -> ModelId {
    ModelId::new("measured")
}

fn made(pictures: &mut Pictures) -> Embedding {
    Embedding::new(model(), &pictures.take()).unwrap()
}

/// Prints one row about the index that it makes.
async fn measure(
    name: &str,
    arch: Arch,
    items: &[Embedding],
    queries: &[Embedding],
) -> MemoryIndex {
    let (before, began) = (resident(), Instant::now());
    let index = filled(arch, items).await;
    let (fill, memory) = (began.elapsed(), resident() - before);
    let (mut times, mut found) = (Vec::new(), 0);
    for (at, query) in queries.iter().enumerate() {
        let began = Instant::now();
        let named = index.nearest(query, Similarity::new(-1.0), CANDIDATES);
        let named = named.await.unwrap();
        times.push(began.elapsed().as_secs_f64() * 1e3);
        if at < COMPARED {
            let answered = best(query, items, named.iter().map(|one| one.id.get()));
            let exact = best(query, items, (0..).take(items.len()));
            found += exact.iter().filter(|one| answered.contains(one)).count();
        }
    }
    times.sort_by(f64::total_cmp);
    println!(
        "| {} | {name} | {:.2} | {memory:.0} | {:.2} | {:.2} | {:.3} |",
        items.len(),
        fill.as_secs_f64(),
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        found as f64 / (COMPARED * TOP) as f64,
    );
    index
}

async fn filled(arch: Arch, items: &[Embedding]) -> MemoryIndex {
    let index = MemoryIndex::with_arch(arch, model(), PARTS, SearchLimits::default());
    let ids = (0..).map(ProductId::new);
    let named: Vec<_> = ids.zip(items.iter().cloned()).collect();
    for some in named.chunks(1000) {
        index.put(some.to_vec()).await.unwrap();
    }
    index
}

/// The most alike of some, by the floats.
fn best(query: &Embedding, items: &[Embedding], some: impl Iterator<Item = i64>) -> Vec<i64> {
    let judge = |one: i64| {
        let item = &items[usize::try_from(one).unwrap()];
        (Reverse(query.similarity(item).unwrap()), one)
    };
    let mut judged: Vec<_> = some.map(judge).collect();
    judged.sort_unstable();
    judged.truncate(TOP);
    judged.into_iter().map(|(_, one)| one).collect()
}

/// What the process holds of the memory, in MiB; nothing where the system does not tell.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    kib.unwrap_or(0.0) / 1024.0
}
