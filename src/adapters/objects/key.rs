//! What a key may look like, whatever the store.

use crate::ports::objects::ObjectError;

/// Bytes of a key: with its suffix it must fit a file's name.
const LONGEST: usize = 200;

/// Refuses what is no key. One such as `..` would lead elsewhere, in folders and in URLs alike.
pub(super) fn check(key: &str) -> Result<(), ObjectError> {
    if is_key(key) {
        Ok(())
    } else {
        Err(ObjectError::Failed("a key is not well formed".into()))
    }
}

/// Segments of ASCII letters, digits, dots, dashes and underscores, joined by `/`; none is empty or begins with a dot.
fn is_key(key: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let segment = |s: &str| !s.is_empty() && !s.starts_with('.') && s.bytes().all(allowed);
    key.len() <= LONGEST && key.split('/').all(segment)
}
