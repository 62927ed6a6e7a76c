//! One pass over a document's text, without recursion: bytes, tokens, nesting, directives.
//!
//! It reads strings, block strings and comments exactly as the parser does. Where a string does
//! not end, the parser might read the rest in another way, so such a text is refused here.

use async_graphql::Pos;

use super::{GuardError, GuardLimits, Limit};

/// Bounds the text. What is merely wrong is left to the parser.
pub(super) fn check(text: &str, limits: &GuardLimits) -> Result<(), GuardError> {
    at_most(Limit::Bytes, text.len(), limits.bytes)?;
    let mut lexer = Lexer {
        bytes: text.as_bytes(),
        at: 0,
        open: Vec::new(),
        limits,
    };
    let (mut tokens, mut directives) = (0, 0);
    while let Some(first) = lexer.next_token() {
        tokens += 1;
        directives += usize::from(first == b'@');
        at_most(Limit::Tokens, tokens, limits.tokens)?;
        at_most(Limit::Directives, directives, limits.directives)?;
        lexer.pass(first)?;
    }
    Ok(())
}

pub(super) fn at_most(limit: Limit, found: usize, allowed: usize) -> Result<(), GuardError> {
    if found > allowed {
        return Err(GuardError::TooMuch { limit, allowed });
    }
    Ok(())
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<u8>,
    limits: &'a GuardLimits,
}

impl Lexer<'_> {
    /// Skips what is no token and looks at the first byte of the next one.
    fn next_token(&mut self) -> Option<u8> {
        loop {
            match *self.bytes.get(self.at)? {
                b' ' | b',' | b'\t' | b'\n' | b'\r' => self.at += 1,
                0xEF if self.rest().starts_with("\u{feff}".as_bytes()) => self.at += 3,
                b'#' => self.skip_while(|byte| !matches!(byte, b'\n' | b'\r')),
                first => return Some(first),
            }
        }
    }

    fn pass(&mut self, first: u8) -> Result<(), GuardError> {
        match first {
            b'"' => return self.string(),
            b'{' | b'[' | b'(' => self.open(first)?,
            b'}' | b']' | b')' => self.close(first)?,
            _ => {}
        }
        match first {
            byte if is_word(byte) => self.skip_while(is_word),
            b'.' if self.rest().starts_with(b"...") => self.at += 3,
            _ => self.at += 1,
        }
        Ok(())
    }

    fn open(&mut self, bracket: u8) -> Result<(), GuardError> {
        self.open.push(bracket);
        at_most(Limit::Nesting, self.open.len(), self.limits.nesting)
    }

    fn close(&mut self, bracket: u8) -> Result<(), GuardError> {
        let expected = match bracket {
            b'}' => b'{',
            b']' => b'[',
            _ => b'(',
        };
        if self.open.pop() == Some(expected) {
            Ok(())
        } else {
            Err(self.syntax("this bracket closes none that is open."))
        }
    }

    fn string(&mut self) -> Result<(), GuardError> {
        let end = if self.rest().starts_with(b"\"\"\"") {
            block_string_end(self.rest())
        } else {
            string_end(self.rest())
        };
        self.at += end.ok_or_else(|| self.syntax("this string does not end."))?;
        Ok(())
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn skip_while(&mut self, goes_on: fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|byte| goes_on(*byte)) {
            self.at += 1;
        }
    }

    fn syntax(&self, message: &str) -> GuardError {
        let before = self.bytes[..self.at].split(|byte| *byte == b'\n');
        let (line, column) = before.fold((0, 0), |(line, _), text| (line + 1, text.len() + 1));
        let position = Pos { line, column };
        GuardError::syntax(message, position)
    }
}

/// Names and numbers; that `1e-5` counts as more than one token does no harm.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Length of the string that begins `text`, quotes included.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Length of the block string that begins `text`, quotes included.
fn block_string_end(text: &[u8]) -> Option<usize> {
    let mut at = 3;
    loop {
        let rest = text.get(at..)?;
        if rest.starts_with(b"\"\"\"") {
            return Some(at + 3);
        }
        if rest.is_empty() {
            return None;
        }
        at += if rest.starts_with(b"\\\"\"\"") { 4 } else { 1 };
    }
}
