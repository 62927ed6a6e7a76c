//! Builds the playground's page from `web/` and lists its files as Rust, for `src/http/playground.rs`.
//!
//! All work happens in a copy inside `OUT_DIR`; the source tree is never written to. Without Node,
//! without the npm registry, or with `SHOTIFY_SKIP_WEB=1`, the page of `web/fallback` is embedded
//! instead, which loads `GraphiQL` from a CDN; with `SHOTIFY_REQUIRE_WEB=1` the build fails rather than
//! that. It also embeds the git commit (`SHOTIFY_COMMIT`).

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the built page depends on; `node_modules`, `dist` and tests are not among it.
const SOURCES: [&str; 6] = [
    "package.json",
    "package-lock.json",
    ".npmrc",
    "vite.config.js",
    "index.html",
    "src",
];
const FALLBACK: &str = "web/fallback";
/// Files of `src/` that the fallback page uses as they are.
const SHARED: [&str; 3] = ["fetcher.js", "first-tab.js", "page.css"];

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    watch();
    let built = if env::var_os("SHOTIFY_SKIP_WEB").is_some_and(|value| value == "1") {
        Err("SHOTIFY_SKIP_WEB=1".to_owned())
    } else {
        build_page(&out.join("web"))
    };
    let (page, self_contained) = match built {
        Ok(page) => (page, true),
        Err(reason) => {
            let required = env::var_os("SHOTIFY_REQUIRE_WEB").is_some_and(|value| value == "1");
            assert!(!required, "the playground cannot be built: {reason}");
            println!("cargo::warning=the playground will load GraphiQL from a CDN: {reason}");
            (
                copy_fallback(&out.join("fallback")).expect("web/fallback can be copied"),
                false,
            )
        }
    };
    let table = table(&page, self_contained).expect("the page's files can be listed");
    write_if_changed(&out.join("playground_assets.rs"), &table).expect("OUT_DIR can be written");
    println!("cargo::rustc-env=SHOTIFY_COMMIT={}", commit());
}

fn watch() {
    println!("cargo::rerun-if-env-changed=SHOTIFY_SKIP_WEB");
    println!("cargo::rerun-if-env-changed=SHOTIFY_REQUIRE_WEB");
    println!("cargo::rerun-if-env-changed=SHOTIFY_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
    // sqlx embeds the migrations: a new file must be seen.
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed={FALLBACK}");
    for source in SOURCES {
        println!("cargo::rerun-if-changed=web/{source}");
    }
}

/// Builds the page in `work` unless that was done for the same sources before. Answers with the
/// folder that holds it, or with the reason why there is none.
fn build_page(work: &Path) -> Result<PathBuf, String> {
    let page = work.join("dist");
    let stamp = work.join("built-from");
    let fingerprint = fingerprint_of_sources().map_err(|e| format!("web/ is unreadable: {e}"))?;
    if fs::read_to_string(&stamp).is_ok_and(|done| done == fingerprint) {
        return Ok(page);
    }
    let _ = fs::remove_file(&stamp);
    for source in SOURCES {
        let to = work.join(source);
        let _ = fs::remove_dir_all(&to);
        copy(&Path::new("web").join(source), &to).map_err(|e| format!("copying web/: {e}"))?;
    }
    run(work, "node", &["--version"])?;
    // Offline this shall fail soon, not after npm's usual minutes of patience.
    let patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
    run(
        work,
        "npm",
        &[
            &["ci", "--prefer-offline", "--ignore-scripts"],
            &patience[..],
        ]
        .concat(),
    )?;
    run(work, "npm", &["run", "build"])?;
    fs::write(&stamp, fingerprint).map_err(|e| e.to_string())?;
    Ok(page)
}

fn fingerprint_of_sources() -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        for file in files(&Path::new("web").join(source))? {
            file.hash(&mut hasher);
            fs::read(&file)?.hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Runs a program quietly; what it printed is told only when it fails, cut to its last line.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let what = format!("`{program} {}`", arguments[0]);
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{what}: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let error = said
        .lines()
        .find(|line| line.contains("rror"))
        .unwrap_or("it failed");
    Err(format!("{what}: {}", error.trim()))
}

fn copy_fallback(page: &Path) -> io::Result<PathBuf> {
    let _ = fs::remove_dir_all(page);
    copy(Path::new(FALLBACK), page)?;
    for name in SHARED {
        copy(
            &Path::new("web/src").join(name),
            &page.join("assets").join(name),
        )?;
    }
    Ok(page.to_owned())
}

/// The Rust text of the embedded files: the page itself and a table of its assets.
fn table(page: &Path, self_contained: bool) -> io::Result<String> {
    let assets = page.join("assets");
    let index = text_of(&page.join("index.html"));
    let mut table = format!(
        "// Made by build.rs.\n\
         pub const SELF_CONTAINED: bool = {self_contained};\n\
         pub const PAGE: &str = include_str!({index:?});\n\
         pub const ASSETS: &[Asset] = &[\n"
    );
    for file in files(&assets)? {
        let path = text_of(file.strip_prefix(&assets).map_err(io::Error::other)?);
        let mut hasher = DefaultHasher::new();
        fs::read(&file)?.hash(&mut hasher);
        let (hash, media_type, file) = (hasher.finish(), media_type(&file), text_of(&file));
        let _ = writeln!(
            table,
            "    Asset {{ path: {path:?}, media_type: {media_type:?}, hash: \"{hash:016x}\", \
             bytes: include_bytes!({file:?}) }},"
        );
    }
    table.push_str("];\n");
    Ok(table)
}

fn text_of(path: &Path) -> String {
    path.display().to_string()
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(OsStr::to_str) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        other => panic!("web/ built a file of a type that build.rs does not know: {other:?}"),
    }
}

/// The commit that is built: given by the environment (a container build has no `.git`), else git's.
fn commit() -> String {
    if let Ok(given) = env::var("SHOTIFY_COMMIT") {
        return given;
    }
    // HEAD names the branch, its log grows with every commit.
    for name in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", name])
            && Path::new(&path).exists()
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| "unknown".to_owned())
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// All files at or below `path`, in a stable order.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let nested = entries
        .iter()
        .map(|entry| files(&entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    Ok(nested.concat())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for file in files(from)? {
        let below = file.strip_prefix(from).map_err(io::Error::other)?;
        let target = if below.as_os_str().is_empty() {
            to.to_owned()
        } else {
            to.join(below)
        };
        fs::create_dir_all(target.parent().unwrap_or(to))?;
        fs::copy(&file, target)?;
    }
    Ok(())
}

/// Leaves an equal file alone, so that the crate is not compiled again for nothing.
fn write_if_changed(file: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(file, text)
}
