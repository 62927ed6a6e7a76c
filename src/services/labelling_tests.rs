//! What becomes of what a labeller sees.

use std::time::Duration;

use super::*;
use crate::domain::id::UserId;
use crate::ports::objects::MockObjectStore;
use crate::ports::vision::MockLabeller;
use crate::services::testing::{Accounts, Fault, labeller, labels, listing, previews};

/// A product with these labels.
fn put_up(names: &[&str]) -> (Arc<Accounts>, Product) {
    let store = Arc::new(Accounts::default());
    let owner = store.member("anna", "anna@example.com");
    let id = store.put_up(owner, listing());
    store.rows().market.labels.insert(id, labels(names));
    let product = store.rows().market.product(id).unwrap().clone();
    (store, product)
}

/// Labelling by a labeller that sees this in everything.
fn seeing(store: &Arc<Accounts>, names: &'static [&'static str]) -> Labelling {
    let labeller = labeller(move || Ok(labels(names)));
    labelling(store, labeller)
}

fn labelling(store: &Arc<Accounts>, labeller: MockLabeller) -> Labelling {
    crate::services::testing::labelling(store.clone(), Arc::new(previews(None)), labeller)
}

fn kept(store: &Accounts, id: ProductId) -> Vec<Label> {
    store.rows().market.labels[&id].clone()
}

#[test]
fn what_the_owner_wrote_stays_first_and_nothing_stands_twice() {
    let all = merged(&labels(&["rex", "dog"]), &labels(&["dog", "retriever"]));
    assert_eq!(all, labels(&["rex", "dog", "retriever"]));
    assert_eq!(merged(&all, &labels(&["dog", "retriever"])), all);
}

#[test]
fn thirty_labels_are_all_that_fit() {
    let names: Vec<String> = (0..29).map(|n| format!("own {n}")).collect();
    let had = Label::parse_all(&names).unwrap();
    let all = merged(&had, &labels(&["dog", "cat"]));
    assert_eq!(all.len(), MAX_LABELS);
    assert_eq!(all.last(), labels(&["dog"]).first());
}

#[tokio::test]
async fn what_is_seen_is_kept_with_its_words_and_a_second_call_adds_nothing() {
    let (store, product) = put_up(&["rex"]);
    let labelling = seeing(&store, &["goldfish", "rex"]);
    let all = labelling.label(&product).await.unwrap();
    assert_eq!(all, labels(&["rex", "goldfish"]));
    assert_eq!(kept(&store, product.id), all);
    let words = store.rows().market.words[&product.id].clone();
    assert!(words.related.iter().any(|word| word.as_str() == "fish"));
    assert!(words.labels.iter().any(|word| word.as_str() == "goldfish"));
    let updated = store.rows().market.product(product.id).unwrap().updated;
    assert_eq!(updated, labelling.clock.now());

    store.take_statements();
    assert_eq!(labelling.label(&product).await.unwrap(), all);
    let statements = store.take_statements();
    assert_eq!(statements, ["begin", "products.lock", "products.labels"]);
}

/// The labels under the lock count, not those of a row read before.
#[tokio::test(start_paused = true)]
async fn what_the_owner_wrote_meanwhile_is_not_lost() {
    let (store, product) = put_up(&["rex"]);
    let id = product.id;
    let relabelled = Fault::contended(move |rows| {
        rows.market.labels.insert(id, labels(&["max"]));
    });
    store.fault("commit", 1, relabelled);
    let all = seeing(&store, &["dog"]).label(&product).await.unwrap();
    assert_eq!(all, labels(&["max", "dog"]));
    assert_eq!(kept(&store, id), all);
}

#[tokio::test]
async fn the_preview_without_its_watermark_is_what_is_looked_at_whole() {
    let (store, product) = put_up(&[]);
    let mut labeller = MockLabeller::new();
    let looks =
        |picture: &Encoded| &picture.bytes[..] == b"preview" && picture.format == ImageFormat::Jpeg;
    labeller
        .expect_label()
        .withf(looks)
        .returning(|_| Ok(Vec::new()));
    let all = labelling(&store, labeller).label(&product).await;
    assert_eq!(all.unwrap(), []);
}

/// D6
#[tokio::test]
async fn a_member_has_so_many_pictures_labelled_and_no_more() {
    let (store, product) = put_up(&[]);
    let labelling = seeing(&store, &["dog"]);
    for _ in 0..3 {
        labelling.label(&product).await.unwrap();
    }
    let answer = labelling.label(&product).await;
    let Err(LabellingError::Limited { retry_after }) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(retry_after, Duration::from_hours(1));
    // Others are not counted with them.
    let other = Product {
        owner: UserId::new(99),
        ..product
    };
    labelling.label(&other).await.unwrap();
}

#[tokio::test]
async fn a_product_that_is_deleted_meanwhile_is_gone() {
    let (store, product) = put_up(&[]);
    let gone = Fault::Meanwhile(Box::new(|rows| rows.market.products.clear()));
    store.fault("begin", 1, gone);
    let answer = seeing(&store, &["dog"]).label(&product).await;
    assert!(matches!(answer, Err(LabellingError::Gone)), "{answer:?}");
}

#[tokio::test]
async fn what_a_labeller_or_the_object_store_says_is_passed_on_and_nothing_changes() {
    let (store, product) = put_up(&["rex"]);
    let refusing = labeller(|| Err(LabelError::Refused("no key".into())));
    let answer = labelling(&store, refusing).label(&product).await;
    let Err(LabellingError::Labeller(LabelError::Refused(_))) = answer else {
        panic!("{answer:?}")
    };
    let busy = labeller(|| {
        Err(LabelError::Later {
            reason: "busy".into(),
            after: None,
        })
    });
    let answer = labelling(&store, busy).label(&product).await;
    let Err(LabellingError::Labeller(LabelError::Later { .. })) = answer else {
        panic!("{answer:?}")
    };
    let mut objects = MockObjectStore::new();
    objects
        .expect_get()
        .returning(|_, _| Err(ObjectError::Missing));
    let labelling = Labelling {
        objects: Arc::new(objects),
        ..labelling(&store, MockLabeller::new())
    };
    let answer = labelling.label(&product).await;
    assert!(
        matches!(answer, Err(LabellingError::Object(_))),
        "{answer:?}"
    );
    let mut odd = product.clone();
    odd.keys.preview = "0/preview.gif".into();
    let answer = labelling.label(&odd).await;
    assert!(
        matches!(answer, Err(LabellingError::Object(_))),
        "{answer:?}"
    );
    assert_eq!(kept(&store, product.id), labels(&["rex"]));
    assert!(store.take_statements().is_empty());
}
