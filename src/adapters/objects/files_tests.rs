use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::FileObjects;
use crate::ports::objects::{ObjectError, ObjectStore as _};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn store() -> (tempfile::TempDir, FileObjects) {
    let dir = tempfile::tempdir().unwrap();
    let store = FileObjects::open(dir.path()).unwrap();
    (dir, store)
}

async fn put(store: &FileObjects, key: &str) -> Result<(), ObjectError> {
    store
        .put(key, Bytes::from_static(b"bytes"), "image/jpeg")
        .await
}

#[test]
fn a_look_at_the_folder_leaves_nothing_and_finds_what_is_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("data/objects");
    assert!(!FileObjects::check(&root).unwrap());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    FileObjects::open(&root).unwrap();
    assert!(FileObjects::check(&root).unwrap());
    assert_eq!(fs::read_dir(root.join(".incoming")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
    for in_the_way in [
        root.join(".incoming"),
        root.clone(),
        dir.path().join("data"),
    ] {
        fs::remove_dir_all(&in_the_way).unwrap();
        fs::write(&in_the_way, "").unwrap();
        assert!(FileObjects::check(&root).is_err(), "{in_the_way:?}");
        fs::remove_file(&in_the_way).unwrap();
        fs::create_dir_all(&in_the_way).unwrap();
    }
}

/// U9
#[tokio::test]
async fn no_key_leaves_the_folder() {
    let (dir, store) = store();
    let long = "a".repeat(201);
    for bad in [
        "",
        "/",
        "/etc/passwd",
        "..",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        "./a",
        ".hidden",
        "a/.b",
        "a\\b",
        "a b",
        "a\0b",
        "a+b",
        "ä",
        &long,
    ] {
        assert!(
            matches!(put(&store, bad).await, Err(ObjectError::Failed(_))),
            "{bad:?}"
        );
        assert!(
            matches!(store.get(bad, None).await, Err(ObjectError::Failed(_))),
            "{bad:?}"
        );
        assert!(
            store.size(bad).await.is_err() && store.delete(bad).await.is_err(),
            "{bad:?}"
        );
    }
    assert!(files(dir.path()).is_empty());
}

/// K1
#[tokio::test]
async fn an_object_is_one_file_two_folders_down_and_nothing_else_is_left() {
    let (dir, store) = store();
    put(&store, "ab/cd.jpg").await.unwrap();
    put(&store, "ab/cd.jpg").await.unwrap();
    let found = files(dir.path());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0]
            .strip_prefix(dir.path())
            .unwrap()
            .components()
            .count(),
        3
    );
    store.delete("ab/cd.jpg").await.unwrap();
    assert!(files(dir.path()).is_empty());
}

/// K2
#[tokio::test]
async fn what_cannot_be_written_leaves_nothing_behind_and_names_no_path() {
    let (dir, store) = store();
    put(&store, "a.jpg").await.unwrap();
    let path = files(dir.path()).remove(0);
    fs::remove_file(&path).unwrap();
    // A folder stands where the object would.
    fs::create_dir(&path).unwrap();
    fs::write(path.join("x"), "x").unwrap();
    let error = put(&store, "a.jpg").await.unwrap_err();
    assert!(
        !error.to_string().contains(dir.path().to_str().unwrap()),
        "{error}"
    );
    assert!(files(&dir.path().join(".incoming")).is_empty());
}

/// K1: a crash leaves a folder that nobody holds the lock of.
#[tokio::test]
async fn opening_clears_away_what_a_crash_left_however_fresh_and_nothing_that_is_being_written() {
    let (dir, store) = store();
    put(&store, "kept.jpg").await.unwrap();
    let incoming = dir.path().join(".incoming");
    let folder = fs::read_dir(&incoming).unwrap().next().unwrap().unwrap();
    let at_work = folder.path().join("half");
    let left = incoming.join("left");
    fs::create_dir(&left).unwrap();
    for half in [&at_work, &left.join("half")] {
        fs::write(half, "x").unwrap();
    }
    let other = FileObjects::open(dir.path()).unwrap();
    assert!(at_work.exists() && !left.exists());
    assert_eq!(fs::read_dir(&incoming).unwrap().count(), 2);
    drop((store, other));
    let store = FileObjects::open(dir.path()).unwrap();
    assert_eq!(fs::read_dir(&incoming).unwrap().count(), 1);
    assert!(!at_work.exists());
    assert_eq!(store.size("kept.jpg").await.unwrap(), 5);
}

/// K1
#[test]
fn opening_clears_away_what_earlier_versions_left_long_ago() {
    let (dir, _store) = store();
    let incoming = dir.path().join(".incoming");
    fs::write(incoming.join("fresh"), "x").unwrap();
    let old = fs::File::create(incoming.join("old")).unwrap();
    old.set_modified(SystemTime::UNIX_EPOCH + Duration::from_hours(1))
        .unwrap();
    FileObjects::open(dir.path()).unwrap();
    assert!(incoming.join("fresh").exists() && !incoming.join("old").exists());
}
