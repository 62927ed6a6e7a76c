//! A real mail server: that of `TEST_SMTP_URL`, which keeps what it takes in the folder `TEST_SMTP_MAILDIR` (a Maildir,
//! with the envelope in the headers `X-MailFrom` and `X-RcptTo`, as aiosmtpd writes it).

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::path::Path;
use std::sync::Arc;

use shotify::domain::email::Email;

use super::mime::Mime;
use super::smtp::{config, mailer};
use super::{Received, holds};

/// The mails to this domain; others may have run against the same server.
fn received(folder: &Path, domain: &str) -> Vec<Received> {
    let Ok(files) = fs::read_dir(folder.join("new")) else {
        return Vec::new();
    };
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let mails = texts.map(|text| Mime::parse(text.replace('\n', "\r\n").as_bytes()));
    let sender = format!("no-reply@{domain}");
    let mails = mails.filter(|mail| mail.header("X-MailFrom") == sender);
    let received = mails.map(|mail| Received {
        id: mail.header("Message-ID").to_owned(),
        to: vec![mail.header("X-RcptTo").to_owned()],
        subject: mail.subject(),
        text: mail.text,
        html: mail.html,
    });
    received.collect()
}

#[tokio::test]
async fn the_contract_holds() {
    let setting = |name| std::env::var(name).ok();
    let (Some(url), Some(folder)) = (setting("TEST_SMTP_URL"), setting("TEST_SMTP_MAILDIR")) else {
        println!("left out: TEST_SMTP_URL and TEST_SMTP_MAILDIR are not set");
        return;
    };
    let domain = format!("t{:x}.example", RandomState::new().hash_one("mail"));
    let mut config = config(&url);
    config.from = Email::parse(&format!("no-reply@{domain}")).unwrap();
    let mailer = mailer(config);
    mailer.ping().await.unwrap();
    holds(Arc::new(mailer), async || {
        received(Path::new(&folder), &domain)
    })
    .await;
}
