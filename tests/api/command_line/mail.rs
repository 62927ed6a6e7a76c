//! `check-config` about the way of mails.

use super::{CANARY, assert_refused, folder, run, said};
use crate::mail::sendgrid_fake::{Fake, KEY, Say};
use crate::mail::smtp_fake::{Closed, Rules, Sink, tls_file};

fn demanding(starttls: Option<&'static str>) -> Sink {
    Sink::start(Rules {
        account: Some(("shop", CANARY)),
        starttls,
        ..Rules::default()
    })
}

/// N1
#[tokio::test]
async fn the_mail_server_is_tried_without_sending_anything() {
    let sink = demanding(None);
    let url = sink.url().replace("://", &format!("://shop:{CANARY}@"));
    let output = run(&folder(), &["check-config"], &[("SMTP_URL", &url)]).await;
    let (out, err) = said(&output);
    assert!(output.status.success(), "{err}");
    assert!(out.contains("The mail server answers."), "{out}");
    assert!(!out.contains(CANARY), "{out}");
    let wrong = url.replace("shop:", "shop:x");
    let output = run(&folder(), &["check-config"], &[("SMTP_URL", &wrong)]).await;
    assert_refused(&output, "SMTP_URL");
    assert!(said(&output).1.contains("535"), "{output:?}");
    assert_eq!(sink.count("MAIL"), 0);
    let closed = Closed::new();
    let output = run(&folder(), &["check-config"], &[("SMTP_URL", &closed.url())]).await;
    assert_refused(&output, "SMTP_URL");
}

/// The system's certificates count: here those of a file.
#[tokio::test]
async fn the_certificate_of_the_mail_server_must_be_trusted() {
    let sink = demanding(Some("server.pem"));
    let port = sink.address.port();
    let url = format!("smtp://shop:{CANARY}@localhost:{port}?tls=required");
    let authority = tls_file("authority.pem");
    let trusting = [
        ("SMTP_URL", url.as_str()),
        ("SSL_CERT_FILE", authority.to_str().unwrap()),
    ];
    let output = run(&folder(), &["check-config"], &trusting).await;
    assert!(output.status.success(), "{:?}", said(&output));
    let output = run(&folder(), &["check-config"], &trusting[..1]).await;
    assert_refused(&output, "SMTP_URL");
    assert!(said(&output).1.contains("certificate"), "{output:?}");
}

/// N1
#[tokio::test]
async fn the_key_of_sendgrid_is_tried_without_sending_anything() {
    let fake = Fake::start(vec![Say::Take]).await;
    let endpoint = ("SENDGRID_ENDPOINT", fake.endpoint.as_str());
    let right = [("SENDGRID_API_KEY", KEY), endpoint];
    let output = run(&folder(), &["check-config"], &right).await;
    let (out, err) = said(&output);
    assert!(output.status.success(), "{err}");
    assert!(
        out.contains("SendGrid answers") && !out.contains(KEY),
        "{out}"
    );
    let wrong = [("SENDGRID_API_KEY", CANARY), endpoint];
    let output = run(&folder(), &["check-config"], &wrong).await;
    assert_refused(&output, "SENDGRID_API_KEY");
    let clear = [
        ("SENDGRID_API_KEY", CANARY),
        ("SENDGRID_ENDPOINT", "http://sendgrid.example"),
    ];
    assert_refused(
        &run(&folder(), &["check-config"], &clear).await,
        "SENDGRID_ENDPOINT",
    );
    assert_eq!(fake.calls(), 0);
}
