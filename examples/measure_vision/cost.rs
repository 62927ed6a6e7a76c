//! What seeing costs: processor time, and memory.

use std::fs;
use std::time::Duration;

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

/// Runs of each work; the least of them is told, for whatever else runs on the machine only adds.
const RUNS: usize = 15;

/// Processor time of this process's threads.
fn used() -> Duration {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten();
    let nanoseconds = tasks.flatten().filter_map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}

/// Milliseconds of one run.
fn once(work: impl FnOnce()) -> f64 {
    let before = used();
    work();
    used().saturating_sub(before).as_secs_f64() * 1000.0
}

/// The least milliseconds of each work, in turns, so that a busy moment falls on both.
fn least<const N: usize>(works: [&dyn Fn(); N]) -> [f64; N] {
    let mut least = [f64::INFINITY; N];
    for _ in 0..RUNS {
        for (least, work) in least.iter_mut().zip(works) {
            *least = least.min(once(work));
        }
    }
    least
}

/// A model that nobody has used yet makes the first run load it.
pub fn table(photo: &[u8]) -> String {
    let before = most_memory();
    let (model, rgb) = (Model::new(), vec![127; 224 * 224 * 3]);
    let see = || {
        let seen = model.see(&rgb).expect("a grey square can be seen");
        std::hint::black_box(believed(&seen.probabilities));
    };
    let first = once(see);
    let memory = most_memory().saturating_sub(before) / 1024;
    let file = large(photo);
    let limits = PictureLimits::default();
    let [see, with, without] = least([
        &see,
        &|| drop(develop(&file, "Shotify · alice", &limits, &model)),
        &|| drop(develop(&file, "Shotify · alice", &limits, &Blind)),
    ]);
    format!(
        "| work | processor time |\n|---|---|\n| loading the model and its first run | {first:.0} ms, {memory} MiB |\n\
         | labels and embedding of one picture | {see:.0} ms |\n\
         | everything for a 24-megapixel upload | {with:.0} ms |\n\
         | the same without the model | {without:.0} ms |\n\nBuild: {}. The least of {RUNS} runs each, in turns.\n",
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
