//! How well pictures are found by changed copies, and how well duplicates are told.

use std::fmt::Write as _;

use shotify::domain::embedding::Similarity;
use shotify::domain::likeness::{distance, same_picture};

use crate::photos::{CHANGES, Photo};
use crate::seen::{Group, Look};

fn similarity(a: &Look, b: &Look) -> Similarity {
    let similarity = a.embedding.similarity(&b.embedding);
    similarity.expect("one model made both")
}

fn same(a: &Look, b: &Look) -> bool {
    same_picture(a.hash, b.hash, similarity(a, b))
}

fn percent(count: usize, of: usize) -> String {
    format!("{}.{} %", count * 100 / of, count * 1000 / of % 10)
}

/// How many other photographs are more like the copy than its own.
fn rank(groups: &[Group], own: usize, copy: &Look) -> usize {
    let wanted = similarity(&groups[own].original, copy);
    let others = groups.iter().enumerate().filter(|(at, _)| *at != own);
    others
        .filter(|(_, group)| similarity(&group.original, copy) > wanted)
        .count()
}

/// Recall, similarities and duplicates of each change.
pub fn changes(groups: &[Group]) -> String {
    let mut table =
        "| copy | found first | among the first 10 | least similarity | 5 % are below | \
                     most bits apart | told as the same |\n|---|---|---|---|---|---|---|\n"
            .to_owned();
    for (change, name) in CHANGES.iter().enumerate() {
        let pairs: Vec<_> = groups
            .iter()
            .map(|g| (&g.original, &g.copies[change]))
            .collect();
        let ranks: Vec<_> = (0..groups.len())
            .map(|at| rank(groups, at, pairs[at].1))
            .collect();
        let within = |most| ranks.iter().filter(|rank| **rank < most).count();
        let mut near: Vec<_> = pairs.iter().map(|(a, b)| similarity(a, b)).collect();
        near.sort_unstable();
        let bits = pairs.iter().map(|(a, b)| distance(a.hash, b.hash)).max();
        let told = pairs.iter().filter(|(a, b)| same(a, b)).count();
        let of = groups.len();
        let _ = writeln!(
            table,
            "| {name} | {} | {} | {:.3} | {:.3} | {} | {} |",
            percent(within(1), of),
            percent(within(10), of),
            near[0].get(),
            near[of / 20].get(),
            bits.unwrap_or_default(),
            percent(told, of),
        );
    }
    table
}

/// All pairs of different photographs: how alike they look, and how many are taken for one another.
pub fn strangers(photos: &[Photo], groups: &[Group]) -> String {
    let mut pairs = Vec::new();
    for (at, a) in groups.iter().enumerate() {
        for (behind, b) in groups[at + 1..].iter().enumerate() {
            let bits = distance(a.original.hash, b.original.hash);
            let names = (&photos[at].name, &photos[at + 1 + behind].name);
            pairs.push((similarity(&a.original, &b.original), bits, names));
        }
    }
    pairs.sort_unstable();
    let at = |share: usize| pairs[(pairs.len() - 1) * share / 100].0.get();
    let fewest = pairs.iter().map(|(_, bits, _)| bits).min();
    let mut text = format!(
        "{} pairs of different photographs: half are less alike than {:.3}, 99 % less than {:.3}, the most alike \
         have {:.3}; the nearest hashes are {} bits apart.\n\nThe pairs that look most alike to the model:\n\n\
         | photographs | similarity | bits apart |\n|---|---|---|\n",
        pairs.len(),
        at(50),
        at(99),
        at(100),
        fewest.copied().unwrap_or_default(),
    );
    for (similarity, bits, (a, b)) in pairs.iter().rev().take(8) {
        let _ = writeln!(text, "| {a}, {b} | {:.3} | {bits} |", similarity.get());
    }
    text
}

/// Two files each of the set that are the same photograph: their sources in `photos.csv` are the same.
const TWICE: [[&str; 2]; 2] = [
    ["mon-egypt-greatPyramidOfGiza.jpg", "monu-greatPyramid.jpg"],
    [
        "mon-germany-brandenburgGate.jpg",
        "monu-brandenburgGate.jpg",
    ],
];

fn is_twice(a: &Photo, b: &Photo) -> bool {
    let names = [a.name.as_str(), b.name.as_str()];
    TWICE
        .iter()
        .any(|[one, other]| names == [*one, *other] || names == [*other, *one])
}

/// Pairs of pictures, changed or not, of different photographs that are taken for the same.
pub fn false_alarms(photos: &[Photo], groups: &[Group]) -> String {
    let mut text = String::new();
    let (mut alarms, mut pairs) = (0, 0);
    for (at, a) in groups.iter().enumerate() {
        for (other, b) in groups.iter().enumerate() {
            if other == at || is_twice(&photos[at], &photos[other]) {
                continue;
            }
            for copy in std::iter::once(&b.original).chain(&b.copies) {
                pairs += 1;
                if same(&a.original, copy) {
                    alarms += 1;
                    let _ = writeln!(text, "- {} and {}", photos[at].name, photos[other].name);
                }
            }
        }
    }
    format!(
        "Of {pairs} pairs of a photograph with another photograph or a copy of that, {alarms} are taken for the \
         same. Left out are two photographs that the set holds twice (the Great Pyramid, the Brandenburg Gate).\n\n{text}"
    )
}

/// Everything that the rule is chosen by, one line a pair, for those who want to choose another.
pub fn raw(groups: &[Group]) -> String {
    let mut text = String::new();
    for (at, a) in groups.iter().enumerate() {
        for (other, b) in groups.iter().enumerate() {
            for (change, copy) in std::iter::once(&b.original).chain(&b.copies).enumerate() {
                let cosine = similarity(&a.original, copy).get();
                let bits = a.original.hash ^ copy.hash;
                let _ = writeln!(text, "{at}\t{other}\t{change}\t{cosine:.4}\t{bits:016x}");
            }
        }
    }
    text
}
