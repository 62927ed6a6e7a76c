use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt as _;

use super::*;
use crate::observe::table;

async fn read(router: Router) -> String {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

fn nothing() -> Measure {
    Arc::new(Vec::new)
}

#[tokio::test]
async fn what_is_counted_can_be_read() {
    let recorder = builder().unwrap().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        table::HTTP_REQUESTS.with(["GET", "/", "200"]).increment(2);
        table::HTTP_DURATION.with(["/"]).record(0.02);
        table::SQL_DURATION.with(["primary"]).record(0.0002);
    });
    let text = read(router(recorder.handle(), nothing())).await;
    let count = "shotify_http_requests_total{method=\"GET\",route=\"/\",status=\"200\"} 2";
    assert!(text.contains(count), "{text}");
    let bucket = "shotify_http_request_duration_seconds_bucket{route=\"/\",le=\"0.025\"} 1";
    assert!(text.contains(bucket), "{text}");
    let fine = "shotify_sql_statement_duration_seconds_bucket{pool=\"primary\",le=\"0.00025\"} 1";
    assert!(text.contains(fine), "{text}");
}

#[tokio::test]
async fn what_is_measured_when_it_is_read_is_there_with_its_help() {
    let recorder = builder().unwrap().build_recorder();
    let measure: Measure = Arc::new(|| vec![(table::PROCESS_CPU.described(), 1.25)]);
    let text = read(router(recorder.handle(), measure)).await;
    let lines = "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 1.25\n";
    assert!(
        text.contains(lines) && text.contains("# HELP process_cpu"),
        "{text}"
    );
}

/// One series of every metric there is.
fn everything() -> String {
    let recorder = builder().unwrap().build_recorder();
    let mut text = metrics::with_local_recorder(&recorder, || {
        observe::begin();
        for metric in ALL.iter().filter(|metric| !metric.is_measured()) {
            let value = |values: &[&'static str]| values.first().copied().unwrap_or("x");
            let labels = metric.labels.iter();
            let labels = labels.map(|label| metrics::Label::new(label.name, value(label.values)));
            let labels: Vec<_> = labels.collect();
            match metric.kind {
                Kind::Counter => metrics::counter!(metric.name, labels).increment(1),
                Kind::Gauge => metrics::gauge!(metric.name, labels).set(1),
                Kind::Histogram(_) => metrics::histogram!(metric.name, labels).record(0.1),
            }
        }
        recorder.handle().render()
    });
    for metric in ALL.iter().filter(|metric| metric.is_measured()) {
        append(&mut text, metric, 1.5);
    }
    text
}

#[test]
fn everything_is_as_prometheus_wants_it() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let text = everything();
    for metric in ALL {
        let help = format!("# HELP {} ", metric.name);
        assert!(text.contains(&help), "{} in {text}", metric.name);
    }
    let promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut promtool) = promtool else {
        eprintln!("promtool is not installed: this test leaves itself out");
        return;
    };
    promtool
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let done = promtool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success() && said.trim().is_empty(), "{said}");
}

#[test]
fn what_never_happened_is_0_where_all_values_are_known() {
    let recorder = builder().unwrap().build_recorder();
    metrics::with_local_recorder(&recorder, observe::begin);
    let text = recorder.handle().render();
    for line in [
        "shotify_sales_total 0",
        "shotify_sign_ins_total{outcome=\"failed\"} 0",
        "shotify_mails_total{outcome=\"refused\"} 0",
        "shotify_sql_errors_total{pool=\"primary\",kind=\"unavailable\"} 0",
        "shotify_outbox_jobs_done_total{kind=\"mail\",outcome=\"dead\"} 0",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    let build = format!(
        "shotify_build_info{{version=\"{}\",commit=",
        env!("CARGO_PKG_VERSION")
    );
    assert!(text.contains(&build), "{text}");
}
