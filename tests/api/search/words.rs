//! Words of titles and texts, folded alike wherever they stand.

use serde_json::{Value, json};

use super::{assert_finds, found};
use crate::support::{Client, Server};

async fn library() -> (Server, Client) {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    let titles = [
        (
            "Café Crème",
            "Morning light in the Große Straße_9",
            json!(["Sea Side"]),
        ),
        ("富士山の朝", "", json!(["山"])),
        ("100% wool_coat", "50% off", json!([])),
        ("O'Brien \"said\" back\\slash; DROP TABLE", "", json!([])),
        ("Москва ЁЛКА", "", json!(["снег"])),
        ("Ærø Łódź Smørrebrød", "", json!([])),
        ("हिन्दी", "العَرَبِيَّة", json!([])),
        ("🌊", "nothing to read in the title", json!([])),
    ];
    let inputs = titles.map(|(title, description, labels)| {
        json!({ "title": title, "description": description, "labels": labels })
    });
    ann.put_up_all(&inputs).await;
    (server, ann)
}

const CAFE: &[&str] = &["Café Crème"];
const FUJI: &[&str] = &["富士山の朝"];
const WOOL: &[&str] = &["100% wool_coat"];
const BRIEN: &[&str] = &["O'Brien \"said\" back\\slash; DROP TABLE"];
const NONE: &[&str] = &[];

fn table<const N: usize>(
    field: &str,
    rows: [(&str, &'static [&'static str]); N],
) -> Vec<(Value, &'static [&'static str])> {
    rows.map(|(text, titles)| (json!({ field: text }), titles))
        .to_vec()
}

#[tokio::test]
async fn a_title_is_found_by_the_beginnings_of_its_words() {
    let (_server, ann) = library().await;
    let rows = [
        ("cafe", CAFE),
        ("CAFÉ", CAFE),
        ("Cafe\u{301}", CAFE),
        ("ＣＡＦＥ", CAFE),
        ("caf", CAFE),
        ("crem ca", CAFE),
        ("cafes", NONE),
        ("afe", NONE),
        ("cafe tea", NONE),
        ("morning", NONE),
        ("sea", NONE),
        ("士", FUJI),
        ("朝 富", FUJI),
        ("富士", FUJI),
        ("海", NONE),
        ("富海", NONE),
        ("100", WOOL),
        ("1", WOOL),
        ("wool_", WOOL),
        ("coat, WOOL!", WOOL),
        ("50", NONE),
        ("o'brien", BRIEN),
        ("back\\slash", BRIEN),
        ("\"said\"", BRIEN),
        ("drop table;", BRIEN),
        ("' OR 1=1 --", NONE),
        ("моск елк", &["Москва ЁЛКА"]),
        ("aero lodz smorreb", &["Ærø Łódź Smørrebrød"]),
        ("ÆRØ", &["Ærø Łódź Smørrebrød"]),
        ("हिन्दी", &["हिन्दी"]),
    ];
    assert_finds(&ann, &table("title", rows)).await;
}

#[tokio::test]
async fn a_text_is_found_by_whole_words_of_title_description_and_labels() {
    let (_server, ann) = library().await;
    let rows = [
        ("cafe", CAFE),
        ("caf", NONE),
        ("strasse", CAFE),
        ("STRAẞE 9", CAFE),
        ("straße", CAFE),
        ("stras", NONE),
        ("grosse sea", CAFE),
        ("side creme light", CAFE),
        ("sea wool", NONE),
        ("山", FUJI),
        ("wool", WOOL),
        ("50% wool", WOOL),
        ("coa", NONE),
        ("снег", &["Москва ЁЛКА"]),
        ("СНЕГ елка", &["Москва ЁЛКА"]),
        ("العربية", &["हिन्दी"]),
        ("read", &["🌊"]),
    ];
    assert_finds(&ann, &table("text", rows)).await;
}

#[tokio::test]
async fn a_text_without_a_word_finds_nothing() {
    let (_server, ann) = library().await;
    for text in [
        "%", "_", "%_", "'", "\"", "\\", " ", "🌊", "\u{0}", "--", ";", "*", "\u{301}", "?",
    ] {
        for field in ["title", "text"] {
            assert_eq!(
                found(&ann, json!({ field: text })).await,
                NONE,
                "{field} {text:?}"
            );
        }
        let with_a_word = format!("{text}cafe{text}");
        let words = found(&ann, json!({ "text": with_a_word })).await;
        assert_eq!(words, CAFE, "{with_a_word:?}");
    }
}

#[tokio::test]
async fn changed_words_are_found_at_once_and_old_ones_no_more() {
    let (_server, ann) = library().await;
    let id = ann
        .put_up_one(json!({ "title": "Before", "labels": ["old"] }))
        .await;
    let fields = json!({ "title": "After", "description": "later", "labels": ["young"] });
    ann.change(&id, fields).await.data();
    let after: &[&str] = &["After"];
    let mut expected = table(
        "text",
        [
            ("before", NONE),
            ("old", NONE),
            ("after later young", after),
        ],
    );
    expected.extend(table("title", [("befo", NONE), ("aft", after)]));
    assert_finds(&ann, &expected).await;

    ann.change(&id, json!({ "price": 3 })).await.data();
    assert_finds(&ann, &expected).await;

    ann.delete(&[&id]).await.data();
    assert_finds(&ann, &table("text", [("after", NONE), ("young", NONE)])).await;
}
