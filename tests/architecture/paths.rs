//! Finds the paths that a source file names.

use std::collections::HashSet;

use crate::lexer::Token;

/// A path as written, with its groups spread: `use a::{b, c::d}` are the two paths `a::b` and `a::c::d`.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    pub segments: Vec<String>,
    pub line: usize,
    /// How many `mod … { }` blocks of the file stand around it.
    pub depth: usize,
}

/// The paths of two segments and more, and of `use` and `extern crate` also the shorter ones. A path that begins with
/// a module or import of the same file is left out: that import is judged where it stands.
pub fn paths(tokens: &[Token]) -> Vec<Named> {
    let mut reader = Reader {
        tokens,
        at: 0,
        blocks: Vec::new(),
        local: local_modules(tokens),
        found: Vec::new(),
    };
    while reader.at < tokens.len() {
        reader.step();
    }
    let Reader { found, local, .. } = reader;
    let imports: HashSet<_> = found
        .iter()
        .filter(|(_, import)| *import)
        .filter_map(|(path, _)| last(path))
        .collect();
    let shadowed =
        |name: &String, import: bool| local.contains(name) || (!import && imports.contains(name));
    let shadowed: Vec<bool> = found
        .iter()
        .map(|(path, import)| shadowed(&path.segments[0], *import))
        .collect();
    found
        .into_iter()
        .zip(shadowed)
        .filter(|(_, hidden)| !hidden)
        .map(|((path, _), _)| path)
        .collect()
}

fn local_modules(tokens: &[Token]) -> HashSet<String> {
    let pairs = tokens.windows(2);
    pairs
        .filter(|pair| pair[0].text == "mod")
        .map(|pair| pair[1].text.clone())
        .collect()
}

/// The name that an import of two segments and more brings in.
fn last(path: &Named) -> Option<String> {
    path.segments.get(1..)?.last().cloned()
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    /// One for each open brace: whether it is that of a module.
    blocks: Vec<bool>,
    local: HashSet<String>,
    /// Each with whether it is an import.
    found: Vec<(Named, bool)>,
}

impl Reader<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    fn is_name(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_name)
    }

    fn step(&mut self) {
        let at = self.at;
        match self.text(at) {
            "{" => {
                self.blocks.push(at >= 2 && self.text(at - 2) == "mod");
                self.at += 1;
            }
            "}" => {
                self.blocks.pop();
                self.at += 1;
            }
            "extern" if self.text(at + 1) == "crate" => self.record(at + 2, true),
            "use" if self.text(at + 1) == "::" => self.record(at + 2, true),
            // Not the `use<'a>` of a return type.
            "use" if self.text(at + 1) != "<" => self.record(at + 1, true),
            // What follows `<T as Trait>::` or `$name::` belongs to it.
            "::" if at > 0 && self.text(at - 1) == ">" => self.at += 2,
            _ if self.is_name(at) => self.record(at, false),
            _ => self.at += 1,
        }
    }

    fn record(&mut self, start: usize, import: bool) {
        let Some(line) = self.tokens.get(start).map(|token| token.line) else {
            self.at = start;
            return;
        };
        let depth = self.blocks.iter().filter(|module| **module).count();
        let (tree, next) = self.tree(start);
        let kept = tree
            .into_iter()
            .filter(|segments| segments.len() > usize::from(!import));
        self.found.extend(kept.map(|segments| {
            (
                Named {
                    segments,
                    line,
                    depth,
                },
                import,
            )
        }));
        self.at = next;
    }

    /// The paths of the tree that begins at a token, and the token behind it.
    fn tree(&self, at: usize) -> (Vec<Vec<String>>, usize) {
        if self.text(at) == "{" {
            return self.group(at + 1);
        }
        let head = self.text(at).to_owned();
        let goes_on = self.is_name(at + 2) || ["{", "*"].contains(&self.text(at + 2));
        if self.text(at + 1) != "::" || !goes_on {
            return (vec![vec![head]], at + 1);
        }
        let (tails, next) = self.tree(at + 2);
        let mut whole = Vec::with_capacity(tails.len());
        for mut tail in tails {
            tail.insert(0, head.clone());
            whole.push(tail);
        }
        (whole, next)
    }

    /// Behind the `{` of a group.
    fn group(&self, mut at: usize) -> (Vec<Vec<String>>, usize) {
        let mut all = Vec::new();
        while at < self.tokens.len() && self.text(at) != "}" {
            let (paths, mut next) = self.tree(at);
            all.extend(paths);
            // `as other`, then the comma.
            while next < self.tokens.len() && !["}", ","].contains(&self.text(next)) {
                next += 1;
            }
            at = next + usize::from(self.text(next) == ",");
        }
        (all, at + 1)
    }
}
