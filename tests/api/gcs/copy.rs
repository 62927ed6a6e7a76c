//! `shotify objects copy`: from folders to a bucket and back, again and again.

use std::process::{Output, Stdio};
use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;

use super::{Call, FakeGcs, put_up, settings};
use crate::corpus;
use crate::support::{PASSWORD, Server, command};

const THERE: &[&str] = &["objects", "copy", "--from", "files", "--to", "gcs"];
const BACK: &[&str] = &["objects", "copy", "--from", "gcs", "--to", "files"];

/// Runs to its end.
async fn run(data: &TempDir, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut program = command(data, settings);
    program.args(arguments);
    program.stdout(Stdio::piped()).stderr(Stdio::piped());
    // The stand-in answers in this process.
    let output = tokio::task::spawn_blocking(move || program.output());
    output.await.unwrap().unwrap()
}

/// The exit code, the last line that was printed, and the log.
fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    let last = out.lines().last().unwrap_or_default().to_owned();
    (output.status.code(), last, err)
}

async fn serves_all(server: &Server, id: &str) {
    let member = server.guest();
    let signed_in = member.sign_in("member@example.com", PASSWORD).await;
    signed_in.data();
    let original = member.get(&format!("/media/{id}/original")).await;
    assert!(original.bytes().await.unwrap() == corpus::BEAR);
    let me = member.me().await;
    let avatar = me.data()["me"]["avatar"].as_str().unwrap().to_owned();
    assert_eq!(member.get(&avatar).await.status(), 200);
}

#[tokio::test]
async fn a_marketplace_moves_to_a_bucket_and_back() {
    let server = Server::start().await;
    let member = server.member("member").await;
    let id = put_up(&member).await;
    let hidden = json!({ "title": "Cat", "private": true });
    member.put_up(hidden, corpus::CAT.to_vec()).await;
    member.update_avatar(corpus::CAT.to_vec()).await.data();
    server.wait_for_objects(9).await;
    let data = server.kill();

    let fake = FakeGcs::start().await;
    let bucket = settings(&fake.endpoint);
    let (code, last, log) = told(&run(&data, &bucket, THERE).await);
    let whole =
        last.starts_with("Done: 9 copied (") && last.ends_with(" 0 there already, 0 failed.");
    assert!(code == Some(0) && whole, "{last} {log}");
    assert!(
        log.lines().any(|line| line.starts_with("8 copied")),
        "{log}"
    );
    assert_eq!(fake.objects().len(), 9);
    let (code, last, log) = told(&run(&data, &bucket, THERE).await);
    let nothing = "Done: 0 copied (0 bytes), 9 there already, 0 failed.";
    assert_eq!((code, last.as_str()), (Some(0), nothing), "{log}");
    assert_eq!((fake.calls(Call::Upload), fake.calls(Call::Read)), (9, 0));

    let server = Server::on(data, &bucket).await;
    std::fs::remove_dir_all(server.data.path().join("objects")).unwrap();
    serves_all(&server, &id).await;
    let data = server.kill();
    let (code, last, log) = told(&run(&data, &bucket, BACK).await);
    assert!(
        code == Some(0) && last.starts_with("Done: 9 copied ("),
        "{last} {log}"
    );
    drop(fake);
    serves_all(&Server::on(data, &[]).await, &id).await;
}

#[tokio::test]
async fn a_damaged_copy_is_made_again_and_what_fails_is_told() {
    let server = Server::start().await;
    let member = server.member("member").await;
    put_up(&member).await;
    let files = server.objects();
    let data = server.kill();
    let fake = FakeGcs::start().await;
    let bucket = settings(&fake.endpoint);
    run(&data, &bucket, THERE).await;
    let key = fake.objects().into_keys().next().unwrap();
    fake.deny(&key);
    let (code, last, log) = told(&run(&data, &bucket, THERE).await);
    assert!(
        code == Some(0) && last.starts_with("Done: 1 copied ("),
        "{last} {log}"
    );

    // Damaged in the bucket: it does not come back.
    fake.damage(&key);
    std::fs::remove_dir_all(data.path().join("objects")).unwrap();
    let (code, last, log) = told(&run(&data, &bucket, BACK).await);
    assert!(
        code == Some(1) && last.ends_with(" 0 there already, 1 failed."),
        "{last} {log}"
    );
    assert!(log.contains("of image 1") && !log.contains(&key), "{log}");
    let found = files.iter().filter(|file| file.exists()).count();
    assert_eq!(found, 3);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let data = Arc::new(TempDir::new().unwrap());
    let same = ["objects", "copy", "--from", "files", "--to", "files"];
    let bucket = settings("http://127.0.0.1:1");
    let (code, _, log) = told(&run(&data, &bucket, &same).await);
    assert!(code == Some(1) && log.contains("must differ"), "{log}");
    let (code, _, log) = told(&run(&data, &[], THERE).await);
    assert!(code == Some(1) && log.contains("GCS_BUCKET"), "{log}");
}

#[tokio::test]
async fn check_config_tries_the_bucket() {
    let fake = FakeGcs::start().await;
    let data = TempDir::new().unwrap();
    let check = ["check-config"];
    let bucket = settings(&fake.endpoint);
    let (code, last, log) = told(&run(&data, &bucket, &check).await);
    assert_eq!(
        (code, last.as_str()),
        (Some(0), "The bucket answers."),
        "{log}"
    );
    let others = [("GCS_BUCKET", "others"), ("GCS_ENDPOINT", &fake.endpoint)];
    let (code, _, log) = told(&run(&data, &others, &check).await);
    let said = "GCS_BUCKET: Google Cloud Storage has no such bucket";
    assert!(code == Some(1) && log.contains(said), "{log}");
}
