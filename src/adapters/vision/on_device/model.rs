//! The model itself: EfficientNet-Lite0, trained on `ImageNet`, as an ONNX file inside the program.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rten::{NodeId, RunOptions, ThreadPool, Value};

use crate::domain::embedding::{Embedding, ModelId};
use crate::ports::vision::{EmbedError, Embedder};

static FILE: &[u8] = include_bytes!("../../../../models/efficientnet-lite0-mix.onnx");

/// A new name for whatever changes the numbers: the file, the way pictures are scaled, or the arithmetic before it.
const NAME: &str = "efficientnet-lite0-mix-1";

const SIDE: usize = 224;

/// What the model makes of one picture.
#[derive(Debug, Clone)]
pub struct Seen {
    /// How probable each of the 1000 classes is.
    pub probabilities: Vec<f32>,
    /// What the picture looks like.
    pub embedding: Embedding,
}

/// The model, read from the program at its first use.
///
/// Each run takes one thread for itself: those who bound the callers bound the work.
#[derive(Default)]
pub struct Model {
    loaded: OnceLock<Result<Loaded, String>>,
    /// Threads that run nothing at the moment. There are never more than there were callers at the same time.
    idle: Mutex<Vec<Arc<ThreadPool>>>,
}

struct Loaded {
    network: rten::Model,
    input: NodeId,
    outputs: [NodeId; 2],
}

impl Model {
    /// Nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the model on a thread of its own, so that the first picture need not wait for it.
    pub fn warm(self: &Arc<Self>) {
        let model = Arc::clone(self);
        std::thread::spawn(move || {
            if let Err(error) = model.loaded() {
                tracing::error!(%error, "the model cannot be loaded");
            }
        });
    }

    /// Looks at a picture of 224 x 224 pixels, 3 bytes each, on the calling thread's time.
    pub fn see(&self, rgb: &[u8]) -> Result<Seen, EmbedError> {
        let run = || self.run(rgb);
        let [probabilities, raw] = catch_unwind(AssertUnwindSafe(run))
            .unwrap_or_else(|_| Err(EmbedError("it panicked".to_owned())))?;
        let embedding = Embedding::new(ModelId::new(NAME), &raw)
            .ok_or_else(|| EmbedError("the embedding has no direction".to_owned()))?;
        Ok(Seen {
            probabilities,
            embedding,
        })
    }

    fn loaded(&self) -> Result<&Loaded, EmbedError> {
        let loaded = self.loaded.get_or_init(|| load().map_err(|e| e.0));
        loaded.as_ref().map_err(|reason| EmbedError(reason.clone()))
    }

    fn run(&self, rgb: &[u8]) -> Result<[Vec<f32>; 2], EmbedError> {
        let loaded = self.loaded()?;
        let picture = Value::from_shape([1, 3, SIDE, SIDE], planes(rgb)).map_err(failed)?;
        let pool = self.thread();
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&pool)));
        let inputs = vec![(loaded.input, picture.into())];
        let outputs = loaded.network.run_n(inputs, loaded.outputs, Some(options));
        self.idle_threads().push(pool);
        let [probabilities, embedding] = outputs.map_err(failed)?;
        Ok([numbers(probabilities)?, numbers(embedding)?])
    }

    fn thread(&self) -> Arc<ThreadPool> {
        let idle = self.idle_threads().pop();
        idle.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)))
    }

    fn idle_threads(&self) -> std::sync::MutexGuard<'_, Vec<Arc<ThreadPool>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Embedder for Model {
    fn model(&self) -> ModelId {
        ModelId::new(NAME)
    }
    fn side(&self) -> u32 {
        224
    }
    fn embed(&self, rgb: &[u8]) -> Result<Embedding, EmbedError> {
        Ok(self.see(rgb)?.embedding)
    }
}

fn failed(what: impl std::fmt::Display) -> EmbedError {
    EmbedError(what.to_string())
}

fn load() -> Result<Loaded, EmbedError> {
    let network = rten::Model::load_static_slice(FILE).map_err(failed)?;
    let (inputs, outputs) = (network.input_ids(), network.output_ids());
    let (&[input], &[probabilities, embedding]) = (inputs, outputs) else {
        return Err(failed("it has other inputs or outputs than it should"));
    };
    Ok(Loaded {
        network,
        input,
        outputs: [probabilities, embedding],
    })
}

/// All red, then all green, then all blue, each from about -1 to 1, as in training.
fn planes(rgb: &[u8]) -> Vec<f32> {
    let plane = |channel| rgb.iter().skip(channel).step_by(3);
    let bytes = (0..3).flat_map(plane);
    bytes
        .map(|byte| (f32::from(*byte) - 127.0) / 128.0)
        .collect()
}

fn numbers(output: Value) -> Result<Vec<f32>, EmbedError> {
    let ([_, _], numbers) = output.into_shape_vec().map_err(failed)?;
    Ok(numbers)
}
