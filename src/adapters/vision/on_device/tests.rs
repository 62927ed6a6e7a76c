//! The model against what it is known to answer, and the files that ship with it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::classes::classes;
use super::{Model, OnDeviceLabeller, Seen};
use crate::adapters::pictures::{PictureLimits, PictureStudio};
use crate::domain::picture::ImageFormat;
use crate::ports::pictures::{Encoded, PictureError};
use crate::ports::vision::{EmbedError, Labeller};

fn at(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn photograph(name: &str) -> Encoded {
    let file = fs::read(at("tests/fixtures/photos").join(name)).unwrap();
    Encoded {
        bytes: Bytes::from(file),
        format: ImageFormat::Jpeg,
    }
}

fn labeller() -> OnDeviceLabeller {
    let model = Arc::new(Model::new());
    OnDeviceLabeller {
        studio: Arc::new(PictureStudio::new(PictureLimits::default(), model.clone())),
        model,
    }
}

async fn seen(name: &str) -> Seen {
    let OnDeviceLabeller { studio, model } = labeller();
    let look = move |rgb: &[u8]| {
        let seen = model.see(rgb);
        seen.map_err(|error| PictureError::Failed(error.to_string()))
    };
    studio.show(&photograph(name), 224, look).await.unwrap()
}

/// The five most probable classes, and the first numbers of the embedding.
fn summary(name: &str, seen: &Seen) -> String {
    let mut order: Vec<usize> = (0..seen.probabilities.len()).collect();
    order.sort_by(|a, b| seen.probabilities[*b].total_cmp(&seen.probabilities[*a]));
    let classes: Vec<_> = order[..5]
        .iter()
        .map(|at| format!("{}={:.4}", classes()[*at].name, seen.probabilities[*at]))
        .collect();
    let numbers = seen.embedding.values()[..16].iter();
    let numbers: Vec<_> = numbers.map(|number| format!("{number:.4}")).collect();
    format!("{name}\t{}\t{}", classes.join(";"), numbers.join(";"))
}

fn near(a: &str, b: &str, apart: f32) -> bool {
    (a.parse::<f32>().unwrap() - b.parse::<f32>().unwrap()).abs() <= apart
}

/// Other processors add in another order, so that the last digits differ.
#[track_caller]
fn alike(made: &str, stored: &str) {
    let (made, stored): (Vec<_>, Vec<_>) =
        (made.split('\t').collect(), stored.split('\t').collect());
    for (a, b) in made[1].split(';').zip(stored[1].split(';')) {
        let (a, b) = (a.split_once('=').unwrap(), b.split_once('=').unwrap());
        assert!(a.0 == b.0 && near(a.1, b.1, 1e-2), "{a:?} is not {b:?}");
    }
    let numbers = made[2].split(';').zip(stored[2].split(';'));
    for (at, (a, b)) in numbers.enumerate() {
        assert!(near(a, b, 2e-3), "number {at}: {}", made[2]);
    }
}

#[tokio::test]
async fn the_model_answers_as_it_did_when_it_was_chosen() {
    let stored = fs::read_to_string(at("tests/fixtures/seen.tsv")).unwrap();
    assert_eq!(stored.lines().count(), 3);
    for line in stored.lines() {
        let name = line.split('\t').next().unwrap();
        let made = summary(name, &seen(name).await);
        alike(&made, line);
    }
}

#[tokio::test]
async fn an_ice_bear_is_a_bear_and_an_animal() {
    let picture = photograph("world-polar_bear.jpg");
    let labels = labeller().label(&picture).await.unwrap();
    let has = |text| labels.iter().any(|label| label.as_str() == text);
    assert!(
        has("ice bear") && has("bear") && has("animal"),
        "{labels:?}"
    );
}

#[test]
fn a_picture_of_another_size_is_refused_not_misread() {
    let model = Arc::new(Model::new());
    model.warm();
    assert!(matches!(model.see(&[0; 12]), Err(EmbedError(_))));
}

/// Whoever changes a file must say so in `models/SHA256SUMS`, and give the model another name.
#[test]
fn the_models_files_are_those_that_were_measured() {
    let sums = fs::read_to_string(at("models/SHA256SUMS")).unwrap();
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        let file = fs::read(at("models").join(name)).unwrap();
        assert_eq!(hex::encode(Sha256::digest(file)), sum, "{name}");
    }
    for folder in ["models", "models/licences"] {
        for entry in fs::read_dir(at(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(at("models"))
                .unwrap()
                .display()
                .to_string();
            let own = path.is_dir() || name == "SHA256SUMS" || name == "README.md";
            assert!(own || sums.contains(&name), "{name} is not listed");
        }
    }
    assert_eq!(sums.matches("licences/").count(), 4);
}
