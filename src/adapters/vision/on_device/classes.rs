//! What the model's classes are called, and what each is a kind of: `models/labels.tsv`, read once.

use std::sync::LazyLock;

static TABLE: &str = include_str!("../../../../models/labels.tsv");

/// One of the 1000 things that the model tells apart. All words are lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Class {
    /// What it is called first.
    pub name: String,
    /// What else it is called.
    pub others: Vec<String>,
    /// What it is a kind of, the nearest first.
    pub kinds: Vec<String>,
}

impl Class {
    /// Everything that the thing itself is called.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.name).chain(&self.others)
    }

    /// Its names, and then its kinds.
    pub fn words(&self) -> impl Iterator<Item = &String> {
        self.names().chain(&self.kinds)
    }
}

/// All classes, in the order of the model's probabilities.
pub(super) fn classes() -> &'static [Class] {
    static CLASSES: LazyLock<Vec<Class>> = LazyLock::new(|| TABLE.lines().map(class).collect());
    &CLASSES
}

/// Columns: index, `WordNet` id, name, other names, hypernyms.
fn class(row: &str) -> Class {
    let mut columns = row.split('\t').skip(2);
    let mut column = || words(columns.next().unwrap_or_default());
    Class {
        name: column().concat(),
        others: column(),
        kinds: column(),
    }
}

fn words(column: &str) -> Vec<String> {
    let words = column.split(';').map(|word| word.trim().to_lowercase());
    words.filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::label::Label;

    #[test]
    fn every_class_of_the_model_has_its_row() {
        assert_eq!(classes().len(), 1000);
        for (index, row) in TABLE.lines().enumerate() {
            assert_eq!(row.split('\t').next(), Some(index.to_string().as_str()));
            assert_eq!(row.split('\t').count(), 5, "{row}");
        }
    }

    #[test]
    fn every_name_can_be_a_label() {
        for class in classes() {
            assert_eq!(Label::parse(&class.name).unwrap().as_str(), class.name);
        }
    }

    #[test]
    fn a_row_is_read_column_by_column() {
        let goldfish = &classes()[1];
        assert_eq!(goldfish.name, "goldfish");
        assert_eq!(goldfish.others, ["carassius auratus"]);
        assert_eq!(goldfish.kinds.last().unwrap(), "animal");
    }
}
