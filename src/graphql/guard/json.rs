//! One pass over JSON text, without recursion: how deep it nests and how many values it holds.

use super::{GuardError, GuardLimits, Limit, lexer::at_most};

/// Bounds the JSON of variables (or of a whole request) before it is parsed. That it is JSON at
/// all is left to the parser: what this pass takes for a string, the parser does too, or it
/// stops there.
pub fn check_variables(json: &[u8], limits: &GuardLimits) -> Result<(), GuardError> {
    let (mut open, mut values, mut at) = (0_usize, 1_usize, 0);
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => at = string_end(json, at),
            b'{' | b'[' => {
                open += 1;
                values += 1;
            }
            b'}' | b']' => open = open.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        at_most(Limit::JsonNesting, open, limits.json_nesting)?;
        at_most(Limit::JsonValues, values, limits.json_values)?;
        at += 1;
    }
    Ok(())
}

/// Where the string that begins at `start` has its closing quote, or the text its end.
fn string_end(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}
