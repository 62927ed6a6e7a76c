use async_graphql::parser::parse_query;
use metrics_exporter_prometheus::PrometheusBuilder;

use super::*;
use crate::domain::id::{ProductId, SaleId, UserId};
use crate::domain::money::{Cents, Currency, Percent};
use crate::domain::sale::{NewSale, Sale};
use crate::domain::text::Title;
use crate::domain::timestamp::Timestamp;
use crate::graphql::codes::server_error;

fn counted_as(text: &str) -> &'static str {
    let document = parse_query(text).unwrap();
    let mut operations = document.operations.iter();
    let selected = operations.next().map(|(_, found)| &found.node);
    operation(&document, selected)
}

/// What is counted meanwhile: each series with its value.
fn series(work: impl FnOnce()) -> Vec<String> {
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, work);
    let text = recorder.handle().render();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let lines = lines.filter(|line| !line.is_empty());
    let mut lines: Vec<String> = lines.map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn a_request_is_counted_as_its_root_field() {
    assert_eq!(counted_as("{ me { id } }"), "me");
    assert_eq!(counted_as("query Made_Up { alias: me { id } }"), "me");
    assert_eq!(counted_as("mutation { logout }"), "logout");
    assert_eq!(
        counted_as("{ ... { ...f } } fragment f on Query { me { id } }"),
        "me"
    );
    assert_eq!(counted_as("{ me { id } other: me { id } }"), SEVERAL);
    assert_eq!(counted_as("{ __schema { types { name } } }"), "__schema");
    assert_eq!(
        operation(&parse_query("{ me { id } }").unwrap(), None),
        NONE
    );
}

/// N1
#[test]
fn what_strangers_make_up_makes_no_new_series() {
    let counted = series(|| {
        for number in 0..1000 {
            let text = format!("query Name{number} {{ field{number} }}");
            let mut error = server_error(Code::Internal, "x");
            let odd = async_graphql::ErrorExtensionValues::default();
            let odd = error.extensions.insert(odd);
            odd.set("code", format!("CODE_{number}"));
            let response = Response::from_errors(vec![error]);
            answered(counted_as(&text), &response, Duration::ZERO);
        }
    });
    let of = |name: &str| counted.iter().filter(|line| line.starts_with(name)).count();
    assert_eq!(of("shotify_graphql_requests_total"), 1, "{counted:?}");
    assert_eq!(of("shotify_graphql_errors_total"), 1, "{counted:?}");
    assert_eq!(
        of("shotify_graphql_request_duration_seconds_count"),
        1,
        "{counted:?}"
    );
}

#[test]
fn alerts_find_their_series_before_anything_has_happened() {
    let counted = series(begin);
    for line in [
        "shotify_graphql_requests_total{operation=\"buyImage\",code=\"OK\"} 0",
        "shotify_graphql_errors_total{code=\"INTERNAL\"} 0",
        "shotify_graphql_guard_refusals_total{limit=\"introspection_depth\"} 0",
    ] {
        assert!(counted.iter().any(|found| found == line), "{line}");
    }
}

fn sale(cents: i64) -> Sale {
    let price = Cents::from_stored(cents);
    Sale {
        id: SaleId::new(1),
        of: NewSale {
            product: ProductId::new(1),
            buyer: UserId::new(1),
            seller: UserId::new(2),
            time: Timestamp::from_seconds(0),
            title: Title::parse("A title").unwrap(),
            price,
            list_price: price,
            discount: Percent::from_stored(0),
            currency: Currency::parse("EUR").unwrap(),
        },
    }
}

/// C2
#[test]
fn only_new_sales_count() {
    let counted = series(|| {
        for is_new in [true, false, true, false] {
            bought(&Bought {
                sale: sale(1999),
                is_new,
            });
        }
    });
    assert_eq!(
        counted,
        [
            "shotify_sales_revenue_cents_total{currency=\"EUR\"} 3998",
            "shotify_sales_total 2",
        ]
    );
}

#[test]
fn a_fault_of_ours_is_no_attempt_to_sign_in() {
    let counted = series(|| {
        sign_in(&Err(SignInError::Refused));
        sign_in(&Err(SignInError::NotVerified));
        let retry_after = Duration::ZERO;
        sign_in(&Err(SignInError::Limited { retry_after }));
        sign_in(&Err(crate::ports::store::StoreError::Contention.into()));
    });
    assert_eq!(
        counted,
        [
            "shotify_sign_ins_total{outcome=\"failed\"} 2",
            "shotify_sign_ins_total{outcome=\"limited\"} 1",
        ]
    );
}
