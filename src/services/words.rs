//! The words under which a product is found: one rule for uploads, changes and labels that are seen.

use crate::domain::label::Label;
use crate::domain::product::Listing;
use crate::domain::words::Word;
use crate::ports::products::SearchWords;
use crate::ports::vision::Thesaurus;

/// The words of a listing and its labels, and those that the thesaurus adds (rules, Text).
pub fn words_of(listing: &Listing, labels: &[Label], thesaurus: &dyn Thesaurus) -> SearchWords {
    let related = labels.iter().flat_map(|label| thesaurus.related(label));
    SearchWords {
        title: Word::all(listing.title.as_str()),
        description: Word::all(listing.description.as_str()),
        labels: labels
            .iter()
            .flat_map(|label| Word::all(label.as_str()))
            .collect(),
        related: related.flat_map(|name| Word::all(&name)).collect(),
    }
}
