//! What people find when they come back: their account, their images with every byte, their purchases.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::crash::acts::{BUY, cents, sale};
use crate::crash::ledger::{Account, Fate, Image, Listing};
use crate::crash::stage::Stage;
use crate::support::Client;

const OWN: &str = "query($u: ID!, $after: String) {
    page: searchImages(filter: { userId: $u }, orderBy: OLDEST, first: 100, after: $after) {
        nodes { id title price private archived forSale owned } pageInfo { hasNextPage endCursor } } }";
const BOUGHT: &str = "query($after: String) { page: purchases(first: 100, after: $after) {
    nodes { id price image { id title } } pageInfo { hasNextPage endCursor } } }";
/// People who come at once.
const AT_ONCE: usize = 4;

/// All who have confirmed their address come back.
pub async fn people(base: &str, stage: &Stage) {
    let accounts = stage.know(|known| known.accounts.clone());
    let confirmed = accounts.iter().filter(|(_, account)| account.confirmed);
    let visits = confirmed.map(|(name, account)| async move {
        if let Err(wrong) = visit(base, stage, name, account).await {
            stage.loss(format!("{name}: {wrong}"));
        }
    });
    let visits: Vec<_> = visits.collect();
    futures::stream::iter(visits)
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<()>>()
        .await;
}

async fn visit(base: &str, stage: &Stage, name: &str, account: &Account) -> Result<(), String> {
    let client = Client::new(base);
    let email = format!("{name}@example.com");
    let answer = client.sign_in(&email, &account.password).await;
    if answer.body["data"]["login"] != true {
        return Err(format!("cannot sign in: {}", answer.body));
    }
    own(&client, stage, name).await?;
    bought(&client, stage, name).await
}

/// All nodes of a list.
async fn pages(client: &Client, query: &str, mut variables: Value) -> Result<Vec<Value>, String> {
    let mut nodes = Vec::new();
    loop {
        let answer = client.gql(query, variables.clone()).await;
        let page = &answer.body["data"]["page"];
        let found = page["nodes"].as_array();
        nodes.extend(found.ok_or_else(|| answer.body.to_string())?.clone());
        if page["pageInfo"]["hasNextPage"] != true {
            return Ok(nodes);
        }
        variables["after"] = page["pageInfo"]["endCursor"].clone();
    }
}

fn id(node: &Value) -> String {
    node["id"].as_str().unwrap_or_default().to_owned()
}

async fn own(client: &Client, stage: &Stage, name: &str) -> Result<(), String> {
    let me = client.id().await;
    let found = pages(client, OWN, json!({ "u": me })).await?;
    let found: BTreeMap<String, Value> = found.into_iter().map(|node| (id(&node), node)).collect();
    let (mine, sold) = stage.know(|known| {
        let mine = known.images.iter().filter(|(_, image)| image.owner == name);
        let mine: BTreeMap<String, Image> = mine
            .map(|(id, image)| (id.clone(), image.clone()))
            .collect();
        let sold: BTreeSet<String> = known.sales.keys().map(|(_, id)| id.clone()).collect();
        (mine, sold)
    });
    for (id, image) in &mine {
        let stays = image.fate == Fate::Here || sold.contains(id);
        match found.get(id) {
            Some(node) if stays => {
                compare(node, image)?;
                original(client, id, image).await?;
            }
            None if !stays => {}
            found => return Err(format!("image {id} {image:?} is {found:?}")),
        }
    }
    match found.keys().find(|id| !mine.contains_key(*id)) {
        Some(id) => Err(format!("image {id} came from nowhere")),
        None => Ok(()),
    }
}

fn compare(node: &Value, image: &Image) -> Result<(), String> {
    let flag = |name: &str| node[name] == true;
    let found = Listing {
        private: flag("private"),
        archived: flag("archived"),
        for_sale: flag("forSale"),
        cents: cents(&node["price"]),
    };
    let mut expected = image.listing;
    expected.archived |= image.fate == Fate::Deleted;
    if found == expected && node["title"] == image.title.as_str() && node["owned"] == true {
        Ok(())
    } else {
        Err(format!("{node} is not {image:?}"))
    }
}

async fn original(client: &Client, id: &str, image: &Image) -> Result<(), String> {
    let answer = client.get(&format!("/media/{id}/original")).await;
    let status = answer.status();
    let bytes = answer.bytes().await.map_err(|error| error.to_string())?;
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    if status == 200 && sha256 == image.sha256 {
        Ok(())
    } else {
        Err(format!(
            "the original of image {id} ({}) is damaged: {status}",
            image.title
        ))
    }
}

async fn bought(client: &Client, stage: &Stage, name: &str) -> Result<(), String> {
    let found = pages(client, BOUGHT, Value::Null).await?;
    let mut found: BTreeMap<String, Value> = found
        .into_iter()
        .map(|node| (id(&node["image"]), node))
        .collect();
    for (image_id, expected) in stage.know(|known| known.bought(name)) {
        match found.remove(&image_id) {
            Some(node) if sale(&node) == expected => {}
            other => return Err(format!("sale {expected:?} of {image_id} is {other:?}")),
        }
        let key = (name.to_owned(), image_id.clone());
        let known =
            stage.know(|known| (known.images[&image_id].clone(), known.terms[&key].clone()));
        original(client, &image_id, &known.0).await?;
        // C2: the same request with the same key is the same sale for ever.
        let again = client.gql(BUY, known.1).await;
        if sale(&again.body["data"]["buyImage"]) != expected {
            return Err(format!(
                "sale {expected:?} is not known by its key: {}",
                again.body
            ));
        }
    }
    match found.into_values().next() {
        Some(node) => Err(format!("a sale came from nowhere: {node}")),
        None => Ok(()),
    }
}
