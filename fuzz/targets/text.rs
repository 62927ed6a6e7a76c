//! Texts, labels and words: whatever is typed is refused or kept, in bounds, and keeping it again changes nothing.

use shotify::domain::email::Email;
use shotify::domain::label::{Label, MAX_LABELS};
use shotify::domain::text::{Bio, Description, Title};
use shotify::domain::user::Username;
use shotify::domain::words::{Word, WordQuery};

/// Parts of texts that fold, compose, separate or show nothing.
pub const PIECES: &[&str] = &[
    "ß", "İ", "ﬁ", "e\u{301}", "日", "\u{200d}", "\u{202e}", "\0", "\r\n", "_", "@", "😀", "Ǆ",
    "ΌΣΟΣ", "\u{fdfa}", "한",
];

/// Parses these bytes as every kind of text.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(title) = Title::parse(&text) {
        assert!((1..=100).contains(&title.as_str().chars().count()));
        assert_eq!(Title::parse(title.as_str()).as_ref(), Ok(&title));
        // What a title is found by is what is found in it.
        let words = Word::all(title.as_str());
        let query = WordQuery::parse(Some(title.as_str()));
        assert!(
            matches!(&query, WordQuery::All(asked) if asked.iter().all(|word| words.contains(word)))
                || words.is_empty()
        );
    }
    if let Ok(kept) = Description::parse(&text) {
        assert_eq!(Description::parse(kept.as_str()), Ok(kept));
    }
    if let Ok(kept) = Bio::parse(&text) {
        assert_eq!(Bio::parse(kept.as_str()), Ok(kept));
    }
    labels(&text);
    addresses(&text);
    words(&text);
}

fn labels(text: &str) {
    if let Ok(label) = Label::parse(text) {
        assert!((1..=50).contains(&label.as_str().chars().count()));
        assert_eq!(Label::parse(label.as_str()), Ok(label));
    }
    let several: Vec<&str> = text.split(',').collect();
    if let Ok(labels) = Label::parse_all(&several) {
        assert!(labels.len() <= MAX_LABELS);
        let again: Vec<&str> = labels.iter().map(Label::as_str).collect();
        assert_eq!(Label::parse_all(&again), Ok(labels.clone()));
    }
}

fn addresses(text: &str) {
    if let Ok(email) = Email::parse(text) {
        let address = email.as_str();
        assert!(
            address.len() <= 254
                && !address.contains(|c: char| c.is_control() || c.is_whitespace() || c == ',')
        );
        assert_eq!(
            Email::parse(address).map(|again| again.as_str().to_owned()),
            Ok(address.to_owned())
        );
    }
    if let Ok(name) = Username::parse(text) {
        assert!(name.as_str().is_ascii() && (3..=30).contains(&name.as_str().len()));
    }
}

fn words(text: &str) {
    for word in Word::all(text) {
        assert!((1..=1024).contains(&word.as_str().len()));
        let again = Word::all(word.as_str());
        assert_eq!(again, [word], "a folded word folds to itself");
    }
}

/// Some of each kind.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "Straße am Fluß, Ærøskøbing & Łódź",
        "  Cafe\u{301} 日本の写真 \u{200b}",
        "dog, Dog ,DOG,été,İstanbul",
        "anna.smith+photos@example.com",
        "anna\r\nBcc: b@example.com",
        "a_b-c.d",
        "\u{fdfa}\u{fdfa}\u{fdfa}",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}
