//! Seeing what pictures show: labels, the words that belong to a label, and embeddings.

use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use super::pictures::Encoded;
use crate::domain::embedding::{Embedding, ModelId};
use crate::domain::label::Label;

/// Why a picture was not labelled.
#[derive(Debug, Error)]
pub enum LabelError {
    /// May work later.
    #[error("not now: {reason}")]
    Later {
        /// What is in the way, for the log.
        reason: String,
        /// How long the other side asked to wait.
        after: Option<Duration>,
    },
    /// Will never work with this picture or these settings. The reason is for the log.
    #[error("refused: {0}")]
    Refused(String),
}

/// Says what a picture shows.
///
/// Implementations MUST answer with labels that [`Label::parse`] takes, each once, the most certain first, at most
/// 20 of them, and none that they do not believe in. They MUST NOT wait without bound or repeat a refused call.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Labeller: Send + Sync {
    /// What a picture shows; none where nothing is certain. A rendition is enough.
    async fn label(&self, picture: &Encoded) -> Result<Vec<Label>, LabelError>;
}

/// Knows which words a label is found by besides its own.
#[cfg_attr(test, mockall::automock)]
pub trait Thesaurus: Send + Sync {
    /// Other names of what a label names, and of what it is a kind of; nothing for a label that is not known.
    fn related(&self, label: &Label) -> Vec<String>;
}

/// A picture could not be embedded: a fault of the model, not of the picture.
#[derive(Debug, Error)]
#[error("the model failed: {0}")]
pub struct EmbedError(pub String);

/// Makes embeddings. It works on the calling thread, which MUST be one for such work.
#[cfg_attr(test, mockall::automock)]
pub trait Embedder: Send + Sync {
    /// The model behind it.
    fn model(&self) -> ModelId;
    /// Width and height of the pictures it takes.
    fn side(&self) -> u32;
    /// The embedding of a picture of `side` x `side` pixels, 3 bytes each (red, green, blue), row by row.
    fn embed(&self, rgb: &[u8]) -> Result<Embedding, EmbedError>;
}
