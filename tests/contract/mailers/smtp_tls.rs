//! TLS on the way to the mail server.

use shotify::adapters::clock::SystemClock;
use shotify::adapters::mail::smtp::{Security, SmtpConfig, SmtpError, SmtpMailer};
use shotify::ports::mailer::{MailError, Mailer as _};

use super::smtp::{account, config, mailer};
use super::smtp_fake::{Rules, Say, Sink, Stage, tls_file};
use super::{later, message};

const ALL: [Security; 3] = [
    Security::Opportunistic,
    Security::Required,
    Security::Wrapped,
];

/// A server with this certificate; one that is wrapped where the client wants it so.
fn sink(security: Security, certificate: &'static str) -> Sink {
    let wrapped = security == Security::Wrapped;
    Sink::start(Rules {
        starttls: (!wrapped).then_some(certificate),
        wrapped: wrapped.then_some(certificate),
        account: Some(("shop", "hunter2")),
        ..Rules::default()
    })
}

fn trusting(sink: &Sink, security: Security) -> SmtpConfig {
    let authority = std::fs::read_to_string(tls_file("authority.pem")).unwrap();
    SmtpConfig {
        security,
        authority: Some(authority),
        account: Some(account("shop", "hunter2")),
        ..config(&sink.url())
    }
}

#[tokio::test]
async fn mails_go_encrypted_by_name_and_by_address() {
    for security in ALL {
        let sink = sink(security, "server.pem");
        let by_address = trusting(&sink, security);
        let mut by_name = by_address.clone();
        by_name.host = "localhost".into();
        for config in [by_address, by_name] {
            let mailer = mailer(config);
            mailer.ping().await.unwrap();
            mailer.send(&message(1)).await.unwrap();
        }
        let arrived = sink.arrived();
        assert!(arrived.len() == 2 && arrived.iter().all(|mail| mail.encrypted));
    }
}

/// D7
#[tokio::test]
async fn a_certificate_that_is_not_right_is_not_spoken_to() {
    for security in ALL {
        for certificate in ["expired.pem", "stranger.pem"] {
            let sink = sink(security, certificate);
            let told = later(mailer(trusting(&sink, security)).send(&message(1)).await);
            assert!(told.contains("certificate"), "{told}");
            assert!(sink.count("AUTH") + sink.count("MAIL") == 0);
        }
        let sink = sink(security, "server.pem");
        let mut config = trusting(&sink, security);
        config.authority = None;
        let told = later(mailer(config).send(&message(1)).await);
        assert!(told.contains("certificate"), "{told}");
        assert!(sink.count("AUTH") + sink.count("MAIL") == 0);
    }
}

#[tokio::test]
async fn where_starttls_is_demanded_nothing_goes_without() {
    let rules = |answers| Rules {
        account: Some(("shop", "hunter2")),
        answers,
        ..Rules::default()
    };
    let plain = Sink::start(rules(Vec::new()));
    let told = later(
        mailer(trusting(&plain, Security::Required))
            .send(&message(1))
            .await,
    );
    assert!(told.contains("STARTTLS"), "{told}");
    let refusing = Sink::start(Rules {
        starttls: Some("server.pem"),
        ..rules(vec![Say::Reply(
            Stage::StartTls,
            "454 4.7.0 TLS not available",
        )])
    });
    for security in [Security::Required, Security::Opportunistic] {
        later(
            mailer(trusting(&refusing, security))
                .send(&message(1))
                .await,
        );
    }
    for sink in [plain, refusing] {
        assert!(sink.count("AUTH") + sink.count("MAIL") == 0);
    }
}

#[tokio::test]
async fn where_it_is_not_demanded_a_server_without_it_will_do() {
    let sink = Sink::start(Rules::default());
    let config = SmtpConfig {
        account: None,
        ..trusting(&sink, Security::Opportunistic)
    };
    mailer(config).send(&message(1)).await.unwrap();
    assert!(!sink.arrived()[0].encrypted);
}

#[tokio::test]
async fn tls_with_a_server_that_speaks_none_waits() {
    let sink = Sink::start(Rules::default());
    let mut config = trusting(&sink, Security::Wrapped);
    config.pace.whole = std::time::Duration::from_secs(2);
    let sent = mailer(config).send(&message(1)).await;
    assert!(matches!(sent, Err(MailError::Later { .. })), "{sent:?}");
}

#[tokio::test]
async fn an_authority_that_is_none_is_told() {
    let sink = Sink::start(Rules::default());
    let mut config = trusting(&sink, Security::Required);
    config.authority = Some("-----BEGIN CERTIFICATE-----\nhunter2\n".into());
    let error = SmtpMailer::new(config, std::sync::Arc::new(SystemClock)).err();
    assert!(matches!(error, Some(SmtpError::Tls(_))), "{error:?}");
}
