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
