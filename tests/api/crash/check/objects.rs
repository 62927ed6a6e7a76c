//! Files against rows (K1).

use std::collections::BTreeMap;
use std::fs;

use tempfile::TempDir;

use crate::crash::base::Base;
use crate::crash::stage::Stage;
use crate::support::files;

/// No object without a row, no row without its objects, nothing half received or half written. How many there are.
pub async fn objects(base: &Base, stage: &Stage, data: &TempDir) -> usize {
    let named = base.named().await;
    // The key's `/` is a `+` in the file's name.
    let mut named: BTreeMap<String, String> = named
        .into_iter()
        .map(|(key, of)| (key.replace('/', "+"), of))
        .collect();
    let count = named.len();
    for file in files(&data.path().join("objects")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let empty = fs::metadata(&file).is_ok_and(|file| file.len() == 0);
        if named.remove(&name).is_none() {
            stage.loss(format!("no row names the object {}", file.display()));
        } else if empty {
            stage.loss(format!("the object {} is empty", file.display()));
        }
    }
    for (key, of) in named {
        stage.loss(format!("the object {key} of {of} is lost"));
    }
    for file in files(&data.path().join("spool")) {
        stage.loss(format!("a file stays in the spool: {}", file.display()));
    }
    count
}
