use super::super::*;
#[test]
fn write_samples() {
    let dir = std::env::var("SAMPLES").unwrap();
    for f in std::env::var("FILES").unwrap().split(',') {
        let bytes = std::fs::read(f).unwrap();
        let t = std::time::Instant::now();
        let d = develop(
            &bytes,
            &std::env::var("MARK").unwrap_or("Shotify · alice".into()),
            &PictureLimits::default(),
        )
        .unwrap();
        println!(
            "{f} {:?} {:?} {} {} {}",
            t.elapsed(),
            d.facts,
            d.thumbnail.bytes.len(),
            d.preview.bytes.len(),
            d.watermarked.bytes.len()
        );
        let base = std::path::Path::new(f)
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap();
        std::fs::write(
            format!("{dir}/{base}.{}", d.watermarked.format.extension()),
            &d.watermarked.bytes,
        )
        .unwrap();
        std::fs::write(
            format!("{dir}/{base}-orig.{}", d.original.format.extension()),
            &d.original.bytes,
        )
        .unwrap();
    }
}
