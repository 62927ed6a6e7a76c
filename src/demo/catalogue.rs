//! The photographs of `demo/`, embedded, and what `demo/photos.csv` says of them.

use serde::Deserialize;

/// The table: UTF-8 with a header, quoted as in RFC 4180.
const TABLE: &str = include_str!("../../demo/photos.csv");

macro_rules! photos {
    ($($name:literal,)*) => {
        &[$((
            concat!($name, ".jpg"),
            include_bytes!(concat!("../../demo/photos/", $name, ".jpg")) as &[u8],
        )),*]
    };
}

/// File names and bytes.
const PHOTOS: &[(&str, &[u8])] = photos![
    "basket-star",
    "bata-drums",
    "blue-cave",
    "brandenburg-gate",
    "chenonceau",
    "dutar",
    "gateway-of-india",
    "giant-panda",
    "golden-temple",
    "jaguar-sisters",
    "kitten-with-yarn",
    "lincoln-memorial",
    "machu-picchu",
    "mont-saint-michel",
    "moose-at-rest",
    "narwhals",
    "nokota-horses",
    "orchestra-on-stage",
    "qutb-minar",
    "red-pyramid",
    "ring-tailed-lemurs",
    "scarlet-macaw",
    "statue-of-liberty",
    "summer-festival-drums",
];

/// One line of the table. Authors and licences stand there for people to read.
#[derive(Debug, Deserialize)]
pub(super) struct Photo {
    /// Name of the file.
    pub(super) file: String,
    /// Title.
    pub(super) title: String,
    /// Description.
    pub(super) description: String,
    /// Labels, separated by `|`.
    labels: String,
    /// List price in cents.
    price_cents: u32,
    /// Can be bought.
    pub(super) for_sale: bool,
    /// Discount.
    pub(super) discount_percent: u8,
    /// Name of the member who puts it up.
    pub(super) owner: String,
}

impl Photo {
    /// Its labels.
    pub(super) fn labels(&self) -> Vec<String> {
        self.labels.split('|').map(str::to_owned).collect()
    }

    /// The list price, as the API writes it.
    pub(super) fn price(&self) -> f64 {
        f64::from(self.price_cents) / 100.0
    }
}

/// All lines, in the table's order.
pub(super) fn photos() -> Result<Vec<Photo>, csv::Error> {
    csv::Reader::from_reader(TABLE.as_bytes())
        .deserialize()
        .collect()
}

/// The bytes of a file.
pub(super) fn bytes(file: &str) -> Option<&'static [u8]> {
    let found = PHOTOS.iter().find(|(name, _)| *name == file);
    found.map(|(_, bytes)| *bytes)
}

#[cfg(test)]
mod tests {
    use super::super::members::MEMBERS;
    use super::*;
    use crate::domain::label::Label;
    use crate::domain::money::Cents;
    use crate::domain::text::{Description, Title};

    #[test]
    fn every_line_has_its_picture_and_every_picture_its_line() {
        let photos = photos().unwrap();
        assert_eq!(photos.len(), PHOTOS.len());
        for photo in &photos {
            let bytes = bytes(&photo.file).unwrap_or_else(|| panic!("{}", photo.file));
            assert!(bytes.starts_with(&[0xff, 0xd8, 0xff]), "{}", photo.file);
        }
    }

    #[test]
    fn every_line_could_have_been_uploaded() {
        for photo in photos().unwrap() {
            let owner = MEMBERS.iter().any(|member| member.name == photo.owner);
            assert!(owner && photo.discount_percent <= 100, "{photo:?}");
            Title::parse(&photo.title).unwrap();
            Description::parse(&photo.description).unwrap();
            assert_eq!(
                Label::parse_all(&photo.labels()).unwrap().len(),
                photo.labels().len()
            );
            Cents::parse("price", photo.price()).unwrap();
        }
    }

    #[test]
    fn what_was_bought_is_for_sale_and_somebody_elses() {
        let photos = photos().unwrap();
        for member in MEMBERS {
            assert!(bytes(member.avatar).is_some(), "{}", member.avatar);
            for title in member.bought {
                let photo = photos.iter().find(|photo| photo.title == *title).unwrap();
                assert!(photo.for_sale && photo.owner != member.name, "{title}");
            }
        }
    }
}
