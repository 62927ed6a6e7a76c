//! Made-up embeddings, the same in every run.

/// Chance from a seed: xorshift64*.
struct Chance(u64);

impl Chance {
    /// From 0 up to 1.
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 48;
        f32::from(u16::try_from(bits).unwrap_or_default()) / 65_536.0
    }

    /// Mostly small and sometimes large, as a layer puts it out: half of all parts are zero.
    fn part(&mut self) -> f32 {
        (2.0 * self.next() - 1.0).max(0.0).powi(3)
    }
}

/// Pictures of so many kinds.
pub struct Pictures {
    chance: Chance,
    kinds: Vec<Vec<f32>>,
}

impl Pictures {
    pub fn new(seed: u64, parts: usize, kinds: usize) -> Self {
        let mut chance = Chance(seed);
        let kind = |_| (0..parts).map(|_| chance.part()).collect();
        let kinds = (0..kinds).map(kind).collect();
        Self { chance, kinds }
    }

    /// One of a kind chosen by chance, more or less like the rest of its kind.
    pub fn take(&mut self) -> Vec<f32> {
        let Self { chance, kinds } = self;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "few kinds, and a share of them"
        )]
        let kind = &kinds[(chance.next() * kinds.len() as f32) as usize];
        let unlike = 0.1 + chance.next();
        let parts = kind.iter().map(|part| part + unlike * chance.part() + 1e-6);
        parts.collect()
    }
}
