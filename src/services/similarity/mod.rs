//! Finding pictures by their look: the index of embeddings follows the database ([`Follower`]), searches ask it for
//! candidates and judge each by the access rule ([`Similar`]), and pictures that another member put up before are
//! recognised ([`Duplicates`]). [`Describer`] embeds what was put up before there was a model, or under another.

mod describer;
mod duplicates;
mod follower;
mod ranking;
mod search;
#[cfg(test)]
mod tests;

pub use describer::Describer;
pub use duplicates::{CompareError, Duplicates};
pub use follower::Follower;
pub use search::{Alike, Look, SIMILARITY_ORDER, Similar, SimilarError};
