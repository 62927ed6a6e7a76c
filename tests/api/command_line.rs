//! The program on the command line.

mod check_config;
mod folders;
mod health;
mod mail;
mod production;
mod starting;

use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{PASSWORD, Server, command};

const CANARY: &str = "canary-4711-hush";

/// Runs to its end, which must come soon.
async fn run(data: &TempDir, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut program = command(data, settings);
    program
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            panic!("{arguments:?} {settings:?} does not end: {output:?}");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// A refusal: exit code 1 and a sentence that names this.
#[track_caller]
fn assert_refused(output: &Output, name: &str) {
    let (out, err) = said(output);
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    let sentence = err.lines().find(|line| line.starts_with("shotify: "));
    assert!(sentence.is_some() && err.contains(name), "{name}: {err}");
    assert!(
        !err.contains("panicked") && !err.contains(CANARY) && !out.contains(CANARY),
        "{err}"
    );
}

fn folder() -> TempDir {
    TempDir::new().unwrap()
}

#[tokio::test]
async fn schema_prints_the_schema_of_the_repository_and_needs_no_settings() {
    let broken = [("PUBLIC_URL", "nonsense"), ("SHOTIFY_ENV", "production")];
    for settings in [&[][..], &broken] {
        let output = run(&folder(), &["schema"], settings).await;
        assert!(output.status.success());
        assert_eq!(said(&output).0, include_str!("../../schema.graphql"));
    }
}

#[tokio::test]
async fn migrate_may_run_twice_and_keeps_what_is_there() {
    let data = Arc::new(folder());
    for _ in 0..2 {
        let output = run(&data, &["migrate"], &[]).await;
        assert!(output.status.success(), "{:?}", said(&output));
    }
    let server = Server::on(data.clone(), &[]).await;
    server.registered("anna").await;
    assert!(run(&data, &["migrate"], &[]).await.status.success());
    server
        .guest()
        .sign_in("anna@example.com", PASSWORD)
        .await
        .data();
}

/// F4
#[tokio::test]
async fn two_that_migrate_at_once_make_one_schema() {
    let data = folder();
    let (one, two) = tokio::join!(run(&data, &["migrate"], &[]), run(&data, &["migrate"], &[]));
    assert!(
        one.status.success() && two.status.success(),
        "{:?} {:?}",
        said(&one),
        said(&two)
    );
    let output = run(&data, &["check-config"], &[]).await;
    assert!(output.status.success(), "{:?}", said(&output));
}

#[tokio::test]
async fn a_role_is_given_to_confirmed_accounts_alone() {
    let server = Server::start().await;
    server.registered("anna").await;
    server
        .guest()
        .register("nora", "nora@example.com")
        .await
        .data();
    for (arguments, name) in [
        (["role", "anna@example.com", "KING"], "ROLE"),
        (["role", "anna@example.com", ""], "ROLE"),
        (
            ["role", "nobody@example.com", "ADMIN"],
            "no confirmed account",
        ),
        (
            ["role", "nora@example.com", "ADMIN"],
            "no confirmed account",
        ),
        (["role", "nonsense", "ADMIN"], "e-mail address"),
    ] {
        assert_refused(&run(&server.data, &arguments, &[]).await, name);
    }
    let roles = "SELECT DISTINCT role FROM users";
    assert_eq!(server.rows(roles).await, ["USER"]);
    let output = run(
        &server.data,
        &["role", "ANNA@example.com", "Moderator"],
        &[],
    )
    .await;
    assert!(output.status.success(), "{:?}", said(&output));
    let anna = "SELECT role FROM users WHERE username = 'anna'";
    assert_eq!(server.rows(anna).await, ["MODERATOR"]);
}

#[tokio::test]
async fn arguments_that_nobody_knows_are_refused_with_help() {
    for arguments in [
        &["dance"][..],
        &["role"],
        &["role", "a@b.co"],
        &["serve", "now"],
        &["--port", "1"],
    ] {
        let output = run(&folder(), arguments, &[]).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output).1.contains("--help"), "{arguments:?}");
    }
}

/// M1
#[tokio::test]
async fn a_worker_beside_a_server_without_one_sends_the_mails() {
    let server = Server::with(&[("WORKER", "off")]).await;
    let guest = server.guest();
    guest.register("anna", "anna@example.com").await.data();
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert!(
        guest.mails("anna@example.com").await.is_empty(),
        "nobody works"
    );
    let mut worker = command(&server.data, &[])
        .arg("worker")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let token = guest.mailed_token("anna@example.com", "/validate").await;
    guest.confirm(&token).await.data();
    let id = worker.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    let end = Instant::now() + Duration::from_secs(20);
    let status = loop {
        if let Some(status) = worker.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > end {
            worker.kill().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(status.code(), Some(0));
    server.wait_for_outbox().await;
}

#[tokio::test]
async fn an_address_in_use_and_a_folder_that_is_none_are_named() {
    let server = Server::start().await;
    let (http, metrics) = (
        &server.base["http://".len()..],
        &server.metrics["http://".len()..],
    );
    let taken = run(&folder(), &["serve"], &[("HTTP_ADDR", http)]).await;
    assert_refused(&taken, "HTTP_ADDR");
    let taken = run(&folder(), &[], &[("METRICS_ADDR", metrics)]).await;
    assert_refused(&taken, "METRICS_ADDR");
    let data = folder();
    let file = data.path().join("file");
    std::fs::write(&file, "").unwrap();
    let output = run(&data, &["serve"], &[("DATA_DIR", file.to_str().unwrap())]).await;
    assert_refused(&output, "DATA_DIR");
}

#[tokio::test]
async fn a_dot_env_file_is_read_in_development_alone() {
    let data = folder();
    std::fs::write(data.path().join(".env"), "CURRENCY=12\nMAX_FILES=3\n").unwrap();
    assert_refused(&run(&data, &["serve"], &[]).await, "CURRENCY");
    let output = run(&data, &["check-config"], &[("CURRENCY", "EUR")]).await;
    let (out, err) = said(&output);
    assert!(output.status.success(), "the environment goes first: {err}");
    let files = out
        .lines()
        .find(|line| line.starts_with("MAX_FILES"))
        .unwrap();
    assert!(files.contains(" 3 "), "{files}");
    let output = run(&data, &["serve"], &[("SHOTIFY_ENV", "production")]).await;
    assert_refused(&output, "SESSION_SECRETS");
    assert!(!said(&output).1.contains("CURRENCY"));
}
