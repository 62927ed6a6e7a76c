//! What the studio shows to a model, and what it does with the answer.

use std::sync::Arc;

use image::{DynamicImage, GrayImage, Rgba, RgbaImage};

use crate::domain::embedding::{Embedding, ModelId};
use crate::ports::pictures::{PictureError, Studio};
use crate::ports::vision::{EmbedError, Embedder};

use super::super::renditions::squashed;
use super::super::{PictureLimits, PictureStudio};
use super::{Eye, corpus, developed, spooled};

fn studio(embedder: impl Embedder + 'static) -> PictureStudio {
    PictureStudio::new(PictureLimits::default(), Arc::new(embedder))
}

#[tokio::test]
async fn an_examined_picture_is_what_it_would_be_when_developed() {
    let examined = studio(Eye).examine(spooled(corpus::SEA)).await.unwrap();
    let made = developed(corpus::SEA).unwrap();
    assert_eq!(examined.embedding, made.embedding);
    assert_eq!(examined.sha256, made.facts.sha256);
}

#[tokio::test]
async fn a_preview_is_embedded_much_as_its_upload_was() {
    let made = developed(corpus::SEA).unwrap();
    let embedding = studio(Eye).embed(&made.preview).await.unwrap();
    let similarity = made.embedding.similarity(&embedding).unwrap();
    assert!(similarity.get() > 0.999, "{similarity}");
    assert_eq!(studio(Eye).model(), *embedding.model());
}

#[tokio::test]
async fn what_is_not_developed_is_not_examined() {
    let outcome = studio(Eye).examine(spooled(b"not a picture")).await;
    assert!(matches!(outcome, Err(PictureError::Unsupported(_))));
    let bomb = spooled(&corpus::lying_png(50_000, 50_000));
    let outcome = studio(Eye).examine(bomb).await;
    assert!(matches!(outcome, Err(PictureError::TooLarge(_))));
}

#[tokio::test]
async fn a_model_that_fails_is_not_the_pictures_fault() {
    struct Blind;
    impl Embedder for Blind {
        fn model(&self) -> ModelId {
            ModelId::new("blind")
        }
        fn side(&self) -> u32 {
            2
        }
        fn embed(&self, _: &[u8]) -> Result<Embedding, EmbedError> {
            Err(EmbedError("dark".into()))
        }
    }
    let outcome = studio(Blind).examine(spooled(corpus::SEA)).await;
    assert!(matches!(outcome, Err(PictureError::Failed(_))));
    let upload = spooled(corpus::SEA);
    let outcome = studio(Blind).develop(upload, String::new()).await;
    assert!(matches!(outcome, Err(PictureError::Failed(_))));
}

#[test]
fn a_model_sees_white_behind_what_is_transparent() {
    let clear = RgbaImage::from_pixel(8, 4, Rgba([0, 0, 0, 0]));
    assert_eq!(squashed(&clear.into(), 2).unwrap(), [255; 12]);
    let half = RgbaImage::from_pixel(8, 4, Rgba([0, 0, 0, 128]));
    assert_eq!(squashed(&half.into(), 2).unwrap(), [127; 12]);
}

#[test]
fn a_model_sees_grey_pictures_in_three_colours() {
    let grey = GrayImage::from_pixel(3, 9, image::Luma([77]));
    assert_eq!(squashed(&DynamicImage::from(grey), 2).unwrap(), [77; 12]);
}
