//! Who can look into what the server makes.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{folder, run, said};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_data_folder_that_the_server_makes_is_its_owners_alone() {
    let data = folder();
    let inside = data.path().join("data");
    let setting = [("DATA_DIR", inside.to_str().unwrap())];
    // The address is nobody's, but by then the folder is made.
    for arguments in [&["migrate"][..], &["role", "nobody@example.com", "ADMIN"]] {
        let output = run(&data, arguments, &setting).await;
        assert!(inside.join("shotify.db").exists(), "{:?}", said(&output));
        assert_eq!(mode(&inside), 0o700, "{arguments:?}");
        std::fs::remove_dir_all(&inside).unwrap();
    }
}

#[tokio::test]
async fn a_data_folder_that_exists_keeps_its_mode() {
    let data = folder();
    std::fs::set_permissions(data.path(), PermissionsExt::from_mode(0o750)).unwrap();
    assert!(run(&data, &["migrate"], &[]).await.status.success());
    assert_eq!(mode(data.path()), 0o750);
}
