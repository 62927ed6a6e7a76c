//! What the tests of services share: stores made of mocks or of plain rows, and fakes of the small ports.

mod accounts;
mod fakes;
mod log;
mod pictures;
mod seeing;
mod sessions;
mod store;

pub use accounts::{Account, Accounts, Fault, Rows, listing};
pub use fakes::{CountingLimiter, FakeClock, FakeHasher, FakeKeys, FakeRandom};
pub use log::Log;
pub use pictures::{FakeStudio, MemoryObjects};
pub use seeing::{ExactIndex, FakeThesaurus, duplicates, labeller, labelling, labels, previews};
pub use sessions::MemorySessions;
pub use store::FakeStore;
