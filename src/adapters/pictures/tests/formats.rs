//! What is accepted at all.

use image::ImageFormat as Codec;

use crate::domain::picture::ImageFormat;

use super::{corpus, developed, refused};

/// U1
#[test]
fn the_bytes_say_what_a_file_is() {
    let files = [
        (corpus::jpeg(40, 30), ImageFormat::Jpeg),
        (corpus::png(40, 30), ImageFormat::Png),
        (corpus::webp(40, 30), ImageFormat::Webp),
    ];
    for (file, format) in files {
        let made = developed(&file).unwrap();
        assert_eq!((made.facts.format, made.original.format), (format, format));
        assert_eq!((made.facts.width, made.facts.height), (40, 30));
        assert_eq!(made.facts.size, made.original.bytes.len() as u64);
    }
}

/// U2
#[test]
fn other_formats_are_refused() {
    let others: [&[u8]; 9] = [
        b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0",
        b"II*\0\x08\0\0\0",
        b"\0\0\x01\0\x01\0\x01\x01",
        b"%PDF-1.7\n",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1",
        b"\0\0\0\x0cJXL \r\n\x87\n",
        b"",
    ];
    assert!(others.iter().all(|file| refused(file)));
}

/// U6
#[test]
fn moving_pictures_are_refused() {
    let still = corpus::png(8, 8);
    let apng = corpus::with_chunks(&still, &[(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0])]);
    assert!(refused(&apng));
    let frame = &corpus::webp(8, 8)[12..];
    let canvas = [0x02, 0, 0, 0, 7, 0, 0, 7, 0, 0];
    let animated = corpus::riff(&[(b"VP8X", &canvas), (b"ANIM", &[0; 6]), (b"ANMF", frame)]);
    assert!(refused(&animated));
    let flagged = corpus::riff(&[(b"VP8X", &canvas), (b"VP8L", &frame[8..])]);
    assert!(refused(&flagged));
}

#[test]
fn the_original_decodes_to_the_pixels_that_were_uploaded() {
    for codec in [Codec::Jpeg, Codec::Png, Codec::WebP] {
        let upload = corpus::file(corpus::corners(37, 53), codec);
        let kept = developed(&upload).unwrap().original.bytes;
        let (before, after) = (
            image::load_from_memory(&upload),
            image::load_from_memory(&kept),
        );
        assert_eq!(before.unwrap(), after.unwrap());
    }
}
