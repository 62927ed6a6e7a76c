//! Rows against what was answered.

use std::collections::{BTreeMap, BTreeSet};

use crate::crash::base::Base;
use crate::crash::ledger::{Fate, Image, Ledger, Listing, mark};
use crate::crash::stage::Stage;

/// What the database says, by names instead of numbers.
struct Rows {
    accounts: BTreeSet<String>,
    /// Title and what its owner says of it, by id.
    images: BTreeMap<String, (String, Listing)>,
    /// Id and cents, by buyer and image.
    sales: BTreeMap<(String, String), (String, String)>,
}

async fn read(base: &Base) -> Rows {
    let accounts = base.table(["username"], "users").await;
    let columns = ["id", "title", "private", "archived", "for_sale", "price"];
    let images = base.table(columns, "products").await;
    let sales = "sales JOIN users ON users.id = sales.buyer_id";
    let columns = ["sales.id", "product_id", "username", "price"];
    let sales = base.table(columns, sales).await;
    Rows {
        accounts: accounts.into_iter().map(|[name]| name).collect(),
        images: images
            .into_iter()
            .map(|[id, title, private, archived, for_sale, cents]| {
                let listing = Listing {
                    private: private == "1",
                    archived: archived == "1",
                    for_sale: for_sale == "1",
                    cents: cents.parse().unwrap(),
                };
                (id, (title, listing))
            })
            .collect(),
        sales: sales
            .into_iter()
            .map(|[id, image, buyer, cents]| ((buyer, image), (id, cents)))
            .collect(),
    }
}

/// Whether what was answered is there. What was not answered is not looked at: it may be there or not.
pub async fn quick(base: &Base, stage: &Stage) {
    for wrong in base.broken(false).await {
        stage.loss(wrong);
    }
    let rows = read(base).await;
    let wrong = stage.know(|known| {
        let mut wrong = answered(known, &rows);
        wrong.extend(halves(known, &rows));
        wrong
    });
    for wrong in wrong {
        stage.loss(wrong);
    }
}

fn answered(known: &Ledger, rows: &Rows) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, account) in &known.accounts {
        if account.registered && !rows.accounts.contains(name) {
            wrong.push(format!("the answered registration of {name} is lost"));
        }
    }
    for ((buyer, image), sale) in &known.sales {
        let found = rows.sales.get(&(buyer.clone(), image.clone()));
        let said = (sale.id.clone(), sale.cents.to_string());
        if found != Some(&said) {
            wrong.push(format!(
                "the answered sale {said:?} of {image} to {buyer} is {found:?}"
            ));
        }
    }
    let sold: BTreeSet<&String> = rows.sales.keys().map(|(_, image)| image).collect();
    for (id, image) in &known.images {
        let found = rows.images.get(id).map(|(_, listing)| listing);
        let sold = sold.contains(id);
        if let Some(what) = image_is_wrong(image, found, sold) {
            wrong.push(format!("image {id} ({}): {what}, {found:?}", image.title));
        }
    }
    wrong
}

fn image_is_wrong(image: &Image, found: Option<&Listing>, sold: bool) -> Option<&'static str> {
    match (image.fate, found) {
        (Fate::Here, None) => Some("its answered upload is lost"),
        (Fate::Here, Some(found)) if !image.changing && *found != image.listing => {
            Some("an answered change is lost")
        }
        (Fate::Deleted, Some(_)) if !sold => Some("its answered deletion is lost"),
        (Fate::Deleted, Some(found)) if !found.archived => {
            Some("its deletion is lost, it was sold")
        }
        (Fate::Deleted | Fate::Leaving, None) if sold => Some("it was sold and is gone"),
        _ => None,
    }
}

/// K5: batches of which some images are there and others never were.
fn halves(known: &Ledger, rows: &Rows) -> Vec<String> {
    let mut there: BTreeMap<&str, usize> = BTreeMap::new();
    for (title, _) in rows.images.values() {
        *there.entry(mark(title)).or_default() += 1;
    }
    let mut wrong = Vec::new();
    for (mark, &count) in &there {
        let gone = known.images.values().filter(|image| {
            image.fate != Fate::Here && crate::crash::ledger::mark(&image.title) == *mark
        });
        let whole = known.batches.get(*mark).copied();
        // Of a batch that was answered, some may have been deleted since.
        if gone.count() == 0 && whole != Some(count) {
            wrong.push(format!("{count} images of the batch {mark}, not {whole:?}"));
        }
        if known.refused.contains(*mark) {
            wrong.push(format!("{count} images of the refused batch {mark}"));
        }
    }
    wrong
}

/// Everything is settled: nothing is there of which nobody knows, either.
pub async fn all_rows(base: &Base, stage: &Stage) {
    for wrong in base.broken(true).await {
        stage.loss(wrong);
    }
    quick(base, stage).await;
    let rows = read(base).await;
    let strangers = stage.know(|known| {
        let mut wrong = Vec::new();
        for (id, (title, _)) in &rows.images {
            if !known.images.contains_key(id) {
                wrong.push(format!("nobody knows of image {id} ({title})"));
            }
        }
        for (sale, said) in &rows.sales {
            if !known.sales.contains_key(sale) {
                wrong.push(format!("nobody knows of sale {said:?} of {sale:?}"));
            }
        }
        for name in &rows.accounts {
            if !known.accounts.contains_key(name) {
                wrong.push(format!("nobody knows of account {name}"));
            }
        }
        wrong
    });
    for wrong in strangers {
        stage.loss(wrong);
    }
    let doubled = "sales GROUP BY buyer_id, product_id HAVING COUNT(*) > 1";
    for [buyer, image] in base.table(["buyer_id", "product_id"], doubled).await {
        stage.loss(format!("{buyer} has bought {image} twice"));
    }
}
