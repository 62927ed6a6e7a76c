//! `docs/security.md` names every promise of security and reliability and the files whose tests keep it.
//! The table and the tests are compared both ways: a promise without a test fails, and so does a test that the table
//! does not know.
//!
//! What can be said of the lock file without a tool of its own is said here, too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How many promises each letter has.
const PROMISES: [(&str, usize); 14] = [
    ("A", 9),
    ("S", 10),
    ("Z", 7),
    ("G", 10),
    ("U", 11),
    ("C", 8),
    ("M", 6),
    ("K", 5),
    ("D", 7),
    ("L", 4),
    ("F", 4),
    ("H", 3),
    ("N", 2),
    ("X", 3),
];

/// What keeps promises: tests, and scripts where only a static check can.
const PLACES: [&str; 6] = ["src", "tests", "fuzz", "scripts", ".github", "k8s"];

type Files = BTreeMap<String, BTreeSet<String>>;

fn all_promises() -> BTreeSet<String> {
    let ids = PROMISES
        .iter()
        .flat_map(|(letter, count)| (1..=*count).map(move |n| format!("{letter}{n}")));
    ids.collect()
}

/// The rows of the page: `| id | promise | files |`.
fn written() -> Files {
    let page = include_str!("../docs/security.md");
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.split(" | ").collect();
        let [id, _, files] = cells[..] else {
            return None;
        };
        let files = files.trim_end_matches(" |").split(", ");
        let files = files.map(|file| file.trim_matches('`').to_owned());
        Some((id.to_owned(), files.collect()))
    });
    rows.filter(|(id, _): &(String, _)| all_promises().contains(id))
        .collect()
}

/// The ids that stand in the comments of tests and scripts, with the files.
fn kept() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known = all_promises();
    let mut kept = Files::new();
    let mut folders: Vec<PathBuf> = PLACES.iter().map(|place| root.join(place)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.extend((!path.ends_with("target")).then_some(path));
                continue;
            }
            let name = path.strip_prefix(root).ok().and_then(Path::to_str);
            let name = name.expect("a plain name");
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            for id in ids(name, &text).filter(|id| known.contains(id)) {
                kept.entry(id).or_default().insert(name.to_owned());
            }
        }
    }
    kept
}

/// The words in the comments of a file that could be ids. Of a source file only its tests count.
fn ids<'a>(name: &str, text: &'a str) -> impl Iterator<Item = String> + use<'a> {
    let rust = Path::new(name).extension().is_some_and(|end| end == "rs");
    let of_tests = !name.starts_with("src") || name.contains("test") || name.contains("fuzz");
    let text = match text.find("mod tests {") {
        _ if of_tests => text,
        Some(tests) => &text[tests..],
        None => "",
    };
    let comments = text.lines().filter_map(move |line| {
        let line = line.trim_start();
        if rust {
            line.strip_prefix("///").or(line.strip_prefix("//!"))
        } else {
            let docs = line.split_once("\"\"\"").map(|(_, docs)| docs);
            docs.or(line.split_once("# ").map(|(_, comment)| comment))
        }
    });
    comments.flat_map(|line| {
        let words = line.split(|c: char| !c.is_ascii_alphanumeric());
        words.map(str::to_owned).collect::<Vec<_>>()
    })
}

#[test]
fn every_promise_names_the_files_that_keep_it_and_no_others() {
    let (written, kept) = (written(), kept());
    let mut wrong = Vec::new();
    for id in all_promises() {
        let (said, found) = (written.get(&id), kept.get(&id));
        if said.is_none() || said != found {
            let list = |files: Option<&BTreeSet<String>>| {
                let files = files.into_iter().flatten();
                files
                    .map(|file| format!("`{file}`"))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            wrong.push(format!("{id}: {}", list(found)));
        }
    }
    assert!(
        wrong.is_empty(),
        "docs/security.md should say\n{}",
        wrong.join("\n")
    );
}

/// X1: what `deny.toml` bans and where crates may come from, also where cargo-deny is not installed.
#[test]
fn the_lock_file_has_no_banned_crate_and_none_from_elsewhere() {
    let lock = include_str!("../Cargo.lock");
    let value = |package: &str, key: &str| {
        let mut lines = package.lines();
        let found = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        found.map(|text| text.trim_matches('"').to_owned())
    };
    let mut crates = 0;
    for package in lock.split("[[package]]").skip(1) {
        let name = value(package, "name").unwrap();
        if name == "shotify" {
            continue;
        }
        crates += 1;
        let source = value(package, "source");
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        assert_eq!(source.as_deref(), Some(registry), "{name}");
        assert!(value(package, "checksum").is_some(), "{name}");
        let banned = ["openssl", "openssl-sys", "native-tls"];
        assert!(!banned.contains(&name.as_str()), "{name}");
    }
    assert!(crates > 100, "{crates} crates");
}
