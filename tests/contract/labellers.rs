//! What every labeller must do: run [`holds`] on it with pictures, whatever they show.

use std::collections::HashSet;

use shotify::domain::label::Label;
use shotify::ports::pictures::Encoded;
use shotify::ports::vision::Labeller;

/// Most labels of a picture.
const MOST: usize = 20;

/// Runs the whole contract with each picture, and gives back what they were said to show.
pub async fn holds(labeller: &dyn Labeller, pictures: &[Encoded]) -> Vec<Vec<Label>> {
    let mut all = Vec::new();
    for picture in pictures {
        let labels = labeller.label(picture).await.expect("it can be labelled");
        every_label_is_one(&labels);
        each_comes_once(&labels);
        assert!(labels.len() <= MOST, "{labels:?}");
        all.push(labels);
    }
    all
}

fn every_label_is_one(labels: &[Label]) {
    for label in labels {
        let again = Label::parse(label.as_str()).expect("a label parses");
        assert_eq!(*label, again);
    }
}

fn each_comes_once(labels: &[Label]) {
    let different: HashSet<&Label> = labels.iter().collect();
    assert_eq!(different.len(), labels.len(), "{labels:?}");
}
