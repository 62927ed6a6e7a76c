//! Just enough of Rust's tokens: names and signs, without comments, literals and lifetimes.

/// A name, `::` or one other sign, and the line (from 1) that it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

impl Token {
    pub fn is_name(&self) -> bool {
        self.text.starts_with(begins_name)
    }
}

pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        chars: text.chars().collect(),
        at: 0,
        line: 1,
        found: Vec::new(),
    };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.found
}

fn begins_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    found: Vec<Token>,
}

impl Lexer {
    /// The character `ahead` of the current one; NUL behind the end.
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.line += usize::from(self.peek(0) == '\n');
            self.at += 1;
        }
    }

    fn skip_while(&mut self, goes_on: impl Fn(char) -> bool) {
        while self.at < self.chars.len() && goes_on(self.peek(0)) {
            self.skip(1);
        }
    }

    fn emit(&mut self, text: String) {
        self.found.push(Token {
            text,
            line: self.line,
        });
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.skip_while(|c| c != '\n'),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.quoted('"'),
            ('\'', _) => self.char_or_lifetime(),
            (':', ':') => {
                self.emit("::".to_owned());
                self.skip(2);
            }
            (c, _) if begins_name(c) => self.name(),
            (c, _) if c.is_ascii_digit() => self.skip_while(continues_name),
            (c, _) => {
                if !c.is_whitespace() {
                    self.emit(c.to_string());
                }
                self.skip(1);
            }
        }
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.skip(1);
                    continue;
                }
            }
            self.skip(2);
            if depth == 0 {
                return;
            }
        }
    }

    fn quoted(&mut self, quote: char) {
        self.skip(1);
        while self.at < self.chars.len() && self.peek(0) != quote {
            let escaped = self.peek(0) == '\\';
            self.skip(if escaped { 2 } else { 1 });
        }
        self.skip(1);
    }

    /// `'a'` and `'\n'` are characters, `'a` is a lifetime.
    fn char_or_lifetime(&mut self) {
        if self.peek(1) == '\\' || self.peek(2) == '\'' {
            self.quoted('\'');
        } else {
            self.skip(1);
            self.skip_while(continues_name);
        }
    }

    /// A name, or a literal or raw name that begins like one.
    fn name(&mut self) {
        let name: String = self.chars[self.at..]
            .iter()
            .take_while(|c| continues_name(**c))
            .collect();
        let next = self.peek(name.chars().count());
        match (name.as_str(), next) {
            ("b" | "c", '"') | ("b", '\'') => {
                self.skip(1);
                self.quoted(next);
            }
            ("r" | "br" | "cr", '"' | '#') => {
                self.skip(name.len());
                self.raw_string();
            }
            _ => {
                let length = name.chars().count();
                self.emit(name);
                self.skip(length);
            }
        }
    }

    /// Behind the `r` of `r"…"` and `r#"…"#`; of the raw name `r#type` only the `#` is taken.
    fn raw_string(&mut self) {
        let hashes = self.chars[self.at..]
            .iter()
            .take_while(|c| **c == '#')
            .count();
        self.skip(hashes);
        if self.peek(0) != '"' {
            return;
        }
        self.skip(1);
        let closes =
            |lexer: &Self| lexer.peek(0) == '"' && (1..=hashes).all(|n| lexer.peek(n) == '#');
        while self.at < self.chars.len() && !closes(self) {
            self.skip(1);
        }
        self.skip(1 + hashes);
    }
}

#[test]
fn comments_literals_and_lifetimes_are_no_tokens() {
    let text = r##"a /* b /* c */ d */ "e\"f" 'g' '\'' 'h i r#"j"k"# r"l" b"m" b'n' c"o" r#type 12u8 // p
::q"##;
    let found = tokens(text);
    let names: Vec<_> = found.iter().map(|t| (t.text.as_str(), t.line)).collect();
    assert_eq!(
        names,
        [("a", 1), ("i", 1), ("type", 1), ("::", 2), ("q", 2)]
    );
}
