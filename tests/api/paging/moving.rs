//! Images come and go while somebody pages through them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ORDERS, assert_sorted, page, stock};
use crate::support::{Client, Server};

/// What was seen on the way, and what stood there from beginning to end.
struct Walk<'a> {
    ann: &'a Client,
    order: &'a str,
    backward: bool,
    lasting: BTreeSet<String>,
    seen: Vec<Value>,
    gone: BTreeSet<String>,
    step: i64,
}

impl Walk<'_> {
    /// Reads a page; the cursor of its end and whether there is more.
    async fn next(&mut self, cursor: &Value) -> (Value, bool) {
        let arguments = if self.backward {
            json!({ "last": 3, "before": cursor })
        } else {
            json!({ "first": 3, "after": cursor })
        };
        let found = page(self.ann, self.order, arguments).await;
        let nodes = found["nodes"].as_array().unwrap().clone();
        let (end, more) = if self.backward {
            self.seen.splice(0..0, nodes);
            ("startCursor", "hasPreviousPage")
        } else {
            self.seen.extend(nodes);
            ("endCursor", "hasNextPage")
        };
        let info = &found["pageInfo"];
        (info[end].clone(), info[more] == true)
    }

    /// Deletes the very image that the cursor names and one not seen yet; puts two up, one at either end of most orders.
    async fn disturb(&mut self) {
        let at = if self.backward {
            self.seen.first()
        } else {
            self.seen.last()
        };
        let at = at.unwrap()["id"].as_str().unwrap().to_owned();
        let seen: BTreeSet<&str> = self
            .seen
            .iter()
            .map(|node| node["id"].as_str().unwrap())
            .collect();
        let ahead = self
            .lasting
            .iter()
            .find(|id| !seen.contains(id.as_str()))
            .cloned();
        let doomed = [Some(at), ahead].into_iter().flatten();
        let doomed: Vec<String> = doomed.filter(|id| self.gone.insert(id.clone())).collect();
        let ids: Vec<&str> = doomed.iter().map(String::as_str).collect();
        self.ann.delete(&ids).await.data();
        for id in doomed {
            self.lasting.remove(&id);
        }
        self.step += 1;
        let low = json!({ "title": "low", "price": self.step % 2, "discountPercent": 0 });
        let high = json!({ "title": "high", "price": 2 + self.step % 2, "discountPercent": 20 });
        self.ann.put_up_all(&[low, high]).await;
    }

    fn check(&self) {
        let ids: Vec<&str> = self
            .seen
            .iter()
            .map(|node| node["id"].as_str().unwrap())
            .collect();
        let once: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), once.len(), "{}: one came twice", self.order);
        let skipped: Vec<_> = self
            .lasting
            .iter()
            .filter(|id| !once.contains(id.as_str()))
            .collect();
        assert!(skipped.is_empty(), "{}: {skipped:?} never came", self.order);
        assert_sorted(self.order, &self.seen);
    }
}

async fn walk_while_things_change(backward: bool) {
    let server = Server::start().await;
    for (index, order) in ORDERS.into_iter().enumerate() {
        let ann = server.member(&format!("ann{index}")).await;
        let lasting = stock(&ann, 12).await.into_iter().collect();
        let (seen, gone, step) = (Vec::new(), BTreeSet::new(), 0);
        let mut walk = Walk {
            ann: &ann,
            order,
            backward,
            lasting,
            seen,
            gone,
            step,
        };
        let (mut cursor, mut more) = (Value::Null, true);
        // What is put up ahead of the walk could keep it going for ever.
        while more && walk.step < 8 {
            (cursor, more) = walk.next(&cursor).await;
            walk.disturb().await;
        }
        while more {
            (cursor, more) = walk.next(&cursor).await;
        }
        walk.check();
        let rest = ann.gql("{ images(first: 100) { id } }", Value::Null).await;
        let ids: Vec<String> = rest.data()["images"]
            .as_array()
            .unwrap()
            .iter()
            .map(|image| image["id"].as_str().unwrap().to_owned())
            .collect();
        for some in ids.chunks(50) {
            let some: Vec<&str> = some.iter().map(String::as_str).collect();
            ann.delete(&some).await.data();
        }
    }
}

/// G9
#[tokio::test]
async fn forward_pages_neither_skip_nor_repeat_while_images_come_and_go() {
    walk_while_things_change(false).await;
}

/// G9
#[tokio::test]
async fn backward_pages_neither_skip_nor_repeat_while_images_come_and_go() {
    walk_while_things_change(true).await;
}
