//! What seeing costs: time of one thread, and memory.

use std::fs;
use std::time::Instant;

use image::imageops::FilterType;
use shotify::adapters::pictures::{PictureLimits, develop};
use shotify::adapters::vision::on_device::{Model, believed};
use shotify::domain::embedding::{Embedding, ModelId};
use shotify::ports::vision::{EmbedError, Embedder};

use crate::photos::jpeg;

/// Sees nothing, for what the rest of the work costs.
struct Blind;

impl Embedder for Blind {
    fn model(&self) -> ModelId {
        ModelId::new("blind")
    }
    fn side(&self) -> u32 {
        1
    }
    fn embed(&self, _: &[u8]) -> Result<Embedding, EmbedError> {
        Embedding::new(self.model(), &[1.0]).ok_or_else(|| EmbedError("one is one".to_owned()))
    }
}

fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    kib.unwrap_or(0)
}

/// The shortest of five runs.
fn shortest(mut work: impl FnMut()) -> f64 {
    let runs = (0..5).map(|_| {
        let started = Instant::now();
        work();
        started.elapsed()
    });
    runs.min().unwrap_or_default().as_secs_f64() * 1000.0
}

/// A model that nobody has used yet makes the first run load it.
pub fn table(photo: &[u8]) -> String {
    let before = most_memory();
    let (model, rgb) = (Model::new(), vec![127; 224 * 224 * 3]);
    let started = Instant::now();
    model.see(&rgb).expect("a grey square can be seen");
    let first = started.elapsed().as_secs_f64() * 1000.0;
    let memory = most_memory().saturating_sub(before) / 1024;
    let see = shortest(|| {
        let seen = model.see(&rgb).expect("a grey square can be seen");
        std::hint::black_box(believed(&seen.probabilities));
    });
    let file = large(photo);
    let limits = PictureLimits::default();
    let with = shortest(|| drop(develop(&file, "Shotify · alice", &limits, &model)));
    let without = shortest(|| drop(develop(&file, "Shotify · alice", &limits, &Blind)));
    format!(
        "| work | cost |\n|---|---|\n| loading the model and its first run | {first:.0} ms, {memory} MiB |\n\
         | labels and embedding of one picture | {see:.0} ms |\n\
         | everything for a 24-megapixel upload | {with:.0} ms |\n\
         | the same without the model | {without:.0} ms |\n\nBuild: {}. Shortest of five runs, one thread.\n",
        if cfg!(debug_assertions) {
            "development (dependencies optimised)"
        } else {
            "release"
        },
    )
}

/// A photograph of 6000 x 4000 pixels.
fn large(photo: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(photo).expect("a photograph can be decoded");
    jpeg(&picture.resize_exact(6000, 4000, FilterType::Triangle), 90)
}
