//! All pages together against a plain sort of everything.

use proptest::prelude::*;

use super::shelf::{self, SHA256, Shelf, look};
use super::*;
use crate::domain::page::PageRequest;

/// A picture: how it points, whether its file is the one searched by, whether it passes, whether it is hidden.
type Picture = (u8, bool, bool, bool);

/// Few looks, so that ties are many and reach from batch to batch.
fn pictures() -> impl Strategy<Value = Vec<Picture>> {
    let picture = (
        0_u8..3,
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.7),
        prop::bool::weighted(0.2),
    );
    prop::collection::vec(picture, 0..600)
}

async fn stocked(pictures: &[Picture]) -> Shelf {
    let shelf = Shelf::new().await;
    for (steps, identical, for_sale, private) in pictures {
        shelf.put(f32::from(*steps) * 20.0, |product| {
            if *identical {
                product.facts.sha256 = SHA256;
            }
            product.listing.for_sale = *for_sale;
            product.listing.private = *private;
        });
    }
    shelf
}

/// What the rules say.
fn sorted(pictures: &[Picture]) -> Vec<ProductId> {
    let numbered = (1..).map(ProductId::new).zip(pictures);
    let mut found: Vec<_> = numbered
        .filter(|(_, (_, _, for_sale, private))| *for_sale && !private)
        .map(|(id, (steps, identical, ..))| {
            let similarity = look()
                .embedding
                .similarity(&pointing(f32::from(*steps) * 20.0));
            (std::cmp::Reverse((similarity, *identical)), id)
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id).collect()
}

async fn forward(shelf: &Shelf, size: u32) -> Vec<ProductId> {
    let (mut all, mut request) = (Vec::new(), PageRequest::front(size));
    loop {
        let page = shelf.page(&request).await;
        all.extend(shelf::ids(&page));
        match page.rows.last().filter(|_| page.has_next) {
            Some(last) => request.after = Some(last.cursor()),
            None => return all,
        }
    }
}

async fn backward(shelf: &Shelf, size: u32) -> Vec<ProductId> {
    let (mut pages, mut request) = (Vec::new(), PageRequest::front(size));
    request.backward = true;
    loop {
        let page = shelf.page(&request).await;
        pages.push(shelf::ids(&page));
        match page.rows.first().filter(|_| page.has_previous) {
            Some(first) => request.before = Some(first.cursor()),
            None => break,
        }
    }
    pages.reverse();
    pages.concat()
}

fn block_on<F: Future>(body: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().build().unwrap().block_on(body)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn paging_from_either_end_shows_the_whole_list_once(pictures in pictures(), size in 1_u32..101) {
        block_on(async {
            let (shelf, expected) = (stocked(&pictures).await, sorted(&pictures));
            prop_assert_eq!(&forward(&shelf, size).await, &expected);
            prop_assert_eq!(&backward(&shelf, size).await, &expected);
            Ok(())
        })?;
    }
}
