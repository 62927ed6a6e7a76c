//! Search by words: the rules of rules.md, Text.

use shotify::adapters::sql::SqlStore;
use shotify::domain::id::UserId;
use shotify::domain::page::PageRequest;
use shotify::domain::search::{ProductFilter, ProductOrder};
use shotify::domain::words::{Word, WordQuery};
use shotify::ports::products::SearchWords;
use shotify::ports::store::Store;

use crate::support::{Draft, confirmed, contract, put_up, unit};

contract! {
    title_words_are_prefixes_and_nothing_is_a_wildcard,
    text_words_are_whole_and_stand_in_any_field,
    replaced_words_are_not_found_any_more,
    words_that_belong_to_a_label_are_found_by_text_but_not_by_title,
}

async fn found(store: &SqlStore, viewer: UserId, filter: &ProductFilter) -> Vec<String> {
    let page = PageRequest::front(100);
    let rows = store
        .products()
        .page(viewer, filter, ProductOrder::Oldest, &page)
        .await
        .unwrap();
    let count = store.products().count(viewer, filter).await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), rows.len());
    rows.iter()
        .map(|seen| seen.product.listing.title.as_str().to_owned())
        .collect()
}

fn titled(text: &str) -> ProductFilter {
    ProductFilter {
        title: WordQuery::parse(Some(text)),
        ..ProductFilter::default()
    }
}

fn saying(text: &str) -> ProductFilter {
    ProductFilter {
        text: WordQuery::parse(Some(text)),
        ..ProductFilter::default()
    }
}

async fn title_words_are_prefixes_and_nothing_is_a_wildcard(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    for title in [
        "Straße am Meer",
        "Strassenbahn",
        "Ærø, straight",
        "東京タワー",
        "100%",
    ] {
        put_up(
            &store,
            &Draft::of(owner, title).described("meerkat stranger"),
        )
        .await;
    }
    for (query, expected) in [
        ("STRASSE", vec!["Straße am Meer", "Strassenbahn"]),
        (
            "stra",
            vec!["Straße am Meer", "Strassenbahn", "Ærø, straight"],
        ),
        ("mee stra", vec!["Straße am Meer"]),
        ("aero", vec!["Ærø, straight"]),
        ("京", vec!["東京タワー"]),
        ("100", vec!["100%"]),
        ("stranger", vec![]),
        ("%", vec![]),
        ("...", vec![]),
    ] {
        assert_eq!(
            found(&store, owner, &titled(query)).await,
            expected,
            "{query}"
        );
    }
    assert_eq!(found(&store, owner, &titled("")).await.len(), 5);
}

async fn text_words_are_whole_and_stand_in_any_field(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    put_up(
        &store,
        &Draft::of(owner, "Horses")
            .described("galloping at dawn")
            .labelled(&["wild life"]),
    )
    .await;
    put_up(&store, &Draft::of(owner, "Dawn").labelled(&["horses"])).await;
    for (query, expected) in [
        ("horses", vec!["Horses", "Dawn"]),
        ("horse", vec![]),
        ("dawn horses", vec!["Horses", "Dawn"]),
        ("life", vec!["Horses"]),
        ("galloping wild", vec!["Horses"]),
        ("wild nothing", vec![]),
        ("_", vec![]),
    ] {
        assert_eq!(
            found(&store, owner, &saying(query)).await,
            expected,
            "{query}"
        );
    }
}

async fn replaced_words_are_not_found_any_more(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    let id = put_up(&store, &Draft::of(owner, "Old").described("old old text")).await;
    let long = "w".repeat(3000);
    let many: Vec<Word> = (0..500)
        .map(|n| format!("w{n}"))
        .chain([long.clone()])
        .flat_map(|w| Word::all(&w))
        .collect();
    let words = SearchWords {
        labels: [many.clone(), many].concat(),
        ..SearchWords::default()
    };
    let mut writing = unit(&store).await;
    writing.products().set_words(id, &words).await.unwrap();
    writing.commit().await.unwrap();
    assert!(found(&store, owner, &saying("old")).await.is_empty());
    assert!(found(&store, owner, &titled("w")).await.is_empty());
    for word in ["w499", &long] {
        assert_eq!(found(&store, owner, &saying(word)).await, ["Old"]);
    }
}

async fn words_that_belong_to_a_label_are_found_by_text_but_not_by_title(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    let id = put_up(&store, &Draft::of(owner, "Pet").labelled(&["goldfish"])).await;
    let words = SearchWords {
        title: Word::all("Pet"),
        labels: Word::all("goldfish"),
        related: Word::all("Carassius fish animal"),
        ..SearchWords::default()
    };
    let mut writing = unit(&store).await;
    writing.products().set_words(id, &words).await.unwrap();
    writing.commit().await.unwrap();
    for (query, by_text) in [
        ("fish", true),
        ("animal pet", true),
        ("carassius goldfish", true),
        ("fis", false),
        ("fish bird", false),
    ] {
        let expected: &[&str] = if by_text { &["Pet"] } else { &[] };
        assert_eq!(
            found(&store, owner, &saying(query)).await,
            expected,
            "{query}"
        );
        assert!(
            found(&store, owner, &titled(query)).await.is_empty(),
            "{query}"
        );
    }
}
