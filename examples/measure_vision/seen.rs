//! What the server makes of every photograph and of every changed copy.

use shotify::adapters::pictures::{PictureLimits, develop};
use shotify::adapters::vision::on_device::Model;
use shotify::domain::embedding::Embedding;

use crate::photos::{Photo, changed};

/// A picture as duplicates and searches see it.
pub struct Look {
    pub hash: u64,
    pub embedding: Embedding,
}

/// A photograph, and its copies in the order of [`crate::photos::CHANGES`].
pub struct Group {
    pub original: Look,
    pub copies: Vec<Look>,
}

/// Works on two threads; what is measured here does not depend on time.
pub fn groups(photos: &[Photo], model: &Model) -> Vec<Group> {
    let (front, back) = photos.split_at(photos.len() / 2);
    let work = |part: &[Photo]| part.iter().map(|p| group(p, model)).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| work(back));
        let mut all = work(front);
        all.extend(other.join().expect("the other half"));
        all
    })
}

fn group(photo: &Photo, model: &Model) -> Group {
    let (original, watermarked) = look(&photo.file, model);
    let mut files = changed(&photo.file);
    files.push(watermarked);
    Group {
        original,
        copies: files.iter().map(|file| look(file, model).0).collect(),
    }
}

/// The look of a file, and its preview under the watermark.
fn look(file: &[u8], model: &Model) -> (Look, Vec<u8>) {
    let limits = PictureLimits::default();
    let made = develop(file, "Shotify · alice", &limits, model).expect("a photograph");
    let look = Look {
        hash: made.facts.perceptual_hash,
        embedding: made.embedding,
    };
    (look, made.watermarked.bytes.to_vec())
}
