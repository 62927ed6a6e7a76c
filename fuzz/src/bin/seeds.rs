//! Writes each target's first inputs to `corpus/TARGET/` and the dictionaries to `dictionaries/TARGET.dict`.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::create_dir_all(package.join("dictionaries"))?;
    for target in &shotify_fuzz::ALL {
        let corpus = package.join("corpus").join(target.name);
        fs::create_dir_all(&corpus)?;
        for (number, seed) in (target.seeds)().into_iter().enumerate() {
            fs::write(corpus.join(format!("seed-{number:02}")), seed)?;
        }
        let dictionary = target
            .pieces
            .iter()
            .fold(String::new(), |mut lines, piece| {
                lines.push('"');
                for byte in piece.bytes() {
                    write!(lines, "\\x{byte:02x}").expect("a string takes all");
                }
                lines + "\"\n"
            });
        fs::write(
            package
                .join("dictionaries")
                .join(format!("{}.dict", target.name)),
            dictionary,
        )?;
    }
    Ok(())
}
