//! How often a label is right.

use std::sync::Arc;

use shotify::adapters::pictures::{PictureLimits, PictureStudio};
use shotify::adapters::vision::on_device::{Model, OnDeviceLabeller};
use shotify::domain::label::Label;
use shotify::domain::picture::ImageFormat;
use shotify::ports::pictures::Encoded;
use shotify::ports::vision::Labeller as _;

use crate::photos::Photo;

/// The labels of every photograph.
pub fn of(photos: &[Photo], model: &Arc<Model>) -> Vec<Vec<Label>> {
    let studio = PictureStudio::new(PictureLimits::default(), model.clone());
    let labeller = OnDeviceLabeller {
        studio: Arc::new(studio),
        model: model.clone(),
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let label = |photo: &Photo| {
        let picture = Encoded {
            bytes: photo.file.clone().into(),
            format: ImageFormat::Jpeg,
        };
        let labels = runtime.block_on(labeller.label(&picture));
        labels.expect("a photograph can be labelled")
    };
    photos.iter().map(label).collect()
}

pub fn table(photos: &[Photo], labels: &[Vec<Label>]) -> String {
    let right = |photo: &Photo, label: &Label| photo.expected.iter().any(|e| e == label.as_str());
    let within = |first: usize| {
        let pairs = photos.iter().zip(labels);
        let hits = pairs.filter(|(p, labels)| labels.iter().take(first).any(|l| right(p, l)));
        hits.count() * 100 / photos.len()
    };
    let all: usize = labels.iter().map(Vec::len).sum();
    let none = labels.iter().filter(|labels| labels.is_empty()).count();
    format!(
        "| a right label among the first | photographs |\n|---|---|\n| 1 | {} % |\n| 3 | {} % |\n| 5 | {} % |\n\n\
         {} photographs, {}.{} labels each on average, {none} with none.\n",
        within(1),
        within(3),
        within(5),
        photos.len(),
        all / photos.len(),
        all * 10 / photos.len() % 10,
    )
}
