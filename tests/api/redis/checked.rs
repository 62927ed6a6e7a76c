//! `check-config` about Redis: that it answers is not enough.

use std::process::{Output, Stdio};

use redis::{Value, cmd};
use tempfile::TempDir;

use super::on_redis;
use crate::support::command;

/// A user of Redis and what else it may do.
const USERS: [(&str, &[&str]); 3] = [
    ("shotify_test_all", &["+@all"]),
    ("shotify_test_no_scripts", &["+@all", "-@scripting"]),
    ("shotify_test_reader", &["+@all", "-@write"]),
];

async fn check(url: &str) -> Output {
    let data = TempDir::new().unwrap();
    let mut program = command(&data, &[("REDIS_URL", url)]);
    program.arg("check-config");
    program.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || program.output());
    output.await.unwrap().unwrap()
}

/// N1
#[tokio::test]
async fn a_redis_without_scripts_or_writes_is_found_out() {
    on_redis(async |place| {
        for (user, rights) in USERS {
            let mut set = cmd("ACL");
            set.arg("SETUSER")
                .arg(user)
                .arg("reset")
                .arg("on")
                .arg(">canary-hush")
                .arg("~shotify:*");
            let _: Value = place.keys.run(set.arg(rights)).await;
            let mut url = place.url.clone();
            url.set_username(user).unwrap();
            url.set_password(Some("canary-hush")).unwrap();
            let output = check(url.as_str()).await;
            let _: Value = place.keys.run(cmd("ACL").arg("DELUSER").arg(user)).await;
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            let (out, err) = (text(&output.stdout), text(&output.stderr));
            let works = user == USERS[0].0;
            assert_eq!(output.status.success(), works, "{user}: {err}");
            assert_eq!(out.contains("can be written to"), works, "{user}: {out}");
            assert_eq!(err.contains("REDIS_URL"), !works, "{user}: {err}");
            assert!(!out.contains("canary") && !err.contains("canary"), "{err}");
        }
        // What was written is gone soon, and is nobody else's.
        for key in place.keys.all().await {
            let left: i64 = place.keys.run(cmd("PTTL").arg(&key)).await;
            assert!(key == "shotify:check:write" && left <= 1000, "{key} {left}");
        }
    })
    .await;
}
