//! Avatars.

use image::{GenericImageView, ImageFormat as Codec};

use crate::domain::picture::ImageFormat;

use super::super::PictureLimits;
use super::super::avatar::avatar;
use super::corpus::{self, SECRET};
use super::{holds, opened};

#[test]
fn an_avatar_is_the_upright_middle() {
    for upload in [
        corpus::STATUE.to_vec(),
        corpus::jpeg(700, 300),
        corpus::png(10, 30),
    ] {
        let face = avatar(&upload, &PictureLimits::default()).unwrap();
        assert_eq!(opened(&face).dimensions(), (256, 256));
        assert_eq!(face.format, ImageFormat::Jpeg);
    }
    let turned = corpus::tagged(corpus::png(400, 200), 6, corpus::icc());
    let face = avatar(&turned, &PictureLimits::default()).unwrap();
    assert!(!holds(&face.bytes, SECRET));
    // A quarter turn clockwise brings the white lower left to the upper left.
    assert!(
        opened(&face).to_rgb8()[(20, 20)]
            .0
            .iter()
            .all(|value| *value > 200)
    );
}

#[test]
fn an_avatar_may_be_transparent() {
    let face = avatar(
        &corpus::file(corpus::sticker(300), Codec::Png),
        &PictureLimits::default(),
    )
    .unwrap();
    assert_eq!(face.format, ImageFormat::Webp);
}
