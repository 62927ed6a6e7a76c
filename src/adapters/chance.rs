//! The randomness of the operating system.

use rand::TryRng as _;
use rand::rngs::SysRng;

use crate::ports::chance::Random;

/// Asks the operating system each time.
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        SysRng
            .try_fill_bytes(bytes)
            .expect("the operating system has randomness; nothing here is safe without it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::chance;

    #[test]
    fn bytes_differ_from_call_to_call() {
        let draw = || chance::bytes::<32>(&SystemRandom);
        assert_ne!(draw(), draw());
        assert_ne!(draw(), [0; 32]);
    }
}
