//! - `SESSION_SECRETS`: keys, separated by commas; the first signs and seals, all are accepted. Not set, one is made
//!   and kept in `DATA_DIR` ([`load_or_make`]); production demands them, of at least 32 bytes, each another, no samples.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::environment::Environment;
use super::reader::Reader;
use super::secret::Secret;

const VARIABLE: &str = "SESSION_SECRETS";
/// Bytes of a key in production.
const LEAST: usize = 32;
/// The file in `DATA_DIR`.
const FILE: &str = "session-secret";
/// What stands in documentation and templates, never in a random key.
const SAMPLES: [&str; 12] = [
    "change",
    "example",
    "sample",
    "secret",
    "password",
    "insecure",
    "placeholder",
    "your-",
    "your_",
    "shotify",
    "0123456789",
    "development",
];

pub(super) fn read(reader: &mut Reader<'_>, environment: Environment) -> Vec<Secret> {
    let keys = reader.secrets(VARIABLE, "(made and kept in DATA_DIR)");
    if environment.is_production() {
        let texts: Vec<&str> = keys.iter().map(Secret::reveal).collect();
        for complaint in complaints(&texts) {
            reader.refuse(VARIABLE, complaint);
        }
    }
    keys
}

fn complaints(keys: &[&str]) -> Vec<&'static str> {
    let mut found = Vec::new();
    if keys.is_empty() {
        found.push("must be set in production");
    }
    if keys.iter().any(|key| key.len() < LEAST) {
        found.push("must be keys of at least 32 bytes in production");
    }
    if keys.iter().any(|key| is_repetitive(key)) {
        found.push("must be random keys, not a repeated pattern");
    }
    if keys.iter().any(|key| is_sample(key)) {
        found.push("must not be a sample from a documentation or template");
    }
    let repeated = |(place, key): (usize, &&str)| keys[..place].contains(key);
    if keys.iter().enumerate().any(repeated) {
        found.push("must not name the same key twice");
    }
    found
}

/// The same piece over and over, or hardly any different bytes.
fn is_repetitive(key: &str) -> bool {
    let bytes = key.as_bytes();
    let mut different = bytes.to_vec();
    different.sort_unstable();
    different.dedup();
    let periodic =
        (1..=bytes.len() / 2).any(|period| bytes[period..] == bytes[..bytes.len() - period]);
    periodic || different.len() < 8
}

fn is_sample(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SAMPLES.iter().any(|sample| key.contains(sample))
}

/// The key kept in `dir`, made with `fill` (random bytes) the first time; of several servers that start at once
/// all get the same one. The file can be read by its owner alone.
pub fn load_or_make(dir: &Path, fill: &dyn Fn(&mut [u8])) -> io::Result<Secret> {
    let path = dir.join(FILE);
    if let Some(secret) = load(&path)? {
        return Ok(secret);
    }
    make_folder(dir)?;
    let mut bytes = [0; LEAST];
    fill(&mut bytes);
    // Only its owner can read a temporary file; it gets its name when it is whole, unless another was faster.
    let mut temporary = tempfile::NamedTempFile::new_in(dir)?;
    writeln!(temporary, "{}", hex::encode(bytes))?;
    temporary.as_file().sync_all()?;
    match temporary.persist_noclobber(&path) {
        Ok(_) => fs::File::open(dir)?.sync_all()?,
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.error),
    }
    let broken = || io::Error::other("the kept session secret is gone again");
    load(&path)?.ok_or_else(broken)
}

/// Makes a folder, and those above it, for its owner alone; one that exists is left as it is.
pub fn make_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path)
}

fn load(path: &Path) -> io::Result<Option<Secret>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let key = text.trim();
    if key.len() < LEAST {
        return Err(io::Error::other(
            "the kept session secret is broken: delete it to have another made",
        ));
    }
    Ok(Some(Secret::new(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let dir = tempfile::tempdir().unwrap();
        let inside = dir.path().join("data");
        let made = load_or_make(&inside, &|bytes| bytes.fill(7)).unwrap();
        let kept = load_or_make(&inside, &|bytes| bytes.fill(9)).unwrap();
        assert_eq!(made, kept);
        assert_eq!(made.reveal(), "07".repeat(32));
        let mode = fs::metadata(inside.join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn servers_that_start_together_share_one_secret() {
        let dir = tempfile::tempdir().unwrap();
        let start = |n: u8| load_or_make(dir.path(), &|bytes| bytes.fill(n)).unwrap();
        let secrets: Vec<Secret> = std::thread::scope(|scope| {
            let servers: Vec<_> = (1..=8).map(|n| scope.spawn(move || start(n))).collect();
            servers
                .into_iter()
                .map(|server| server.join().unwrap())
                .collect()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    }

    #[test]
    fn a_broken_secret_is_not_taken() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "short").unwrap();
        assert!(load_or_make(dir.path(), &|_| ()).is_err());
    }
}
