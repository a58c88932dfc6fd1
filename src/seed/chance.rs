//! Chance that comes out the same every time: what is believable has to look random, what is repeatable must not be.

/// A generator of pseudo-random numbers: SplitMix64.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// A generator of its own for each name: adding an event to the catalogue doesn't change the others.
    pub(super) fn named(name: &str) -> Self {
        // FNV-1a, the smallest hash that is the same in every version of the compiler.
        Self(
            name.bytes()
                .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)),
        )
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to 1, 1 excluded.
    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True this often, from 0 (never) to 1 (always).
    pub(super) fn happens(&mut self, how_often: f64) -> bool {
        self.share() < how_often
    }

    /// One of these; none of nothing.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let index = (self.share() * from.len() as f64) as usize;
        from.get(index)
    }

    /// How many people come together: mostly two, often three or four, sometimes more. Never one, so that what stays
    /// free stays free in pairs.
    pub(super) fn party(&mut self) -> usize {
        match (self.share() * 100.0) as u32 {
            0..55 => 2,
            55..70 => 3,
            70..92 => 4,
            92..96 => 5,
            _ => 6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_is_the_same_chance() {
        let draw = |name| {
            let mut chance = Chance::named(name);
            (0..8).map(|_| chance.next()).collect::<Vec<_>>()
        };
        assert_eq!(draw("a"), draw("a"));
        assert_ne!(draw("a"), draw("b"));
    }

    #[test]
    fn shares_lie_between_nothing_and_all_and_spread() {
        let mut chance = Chance::named("spread");
        let shares: Vec<f64> = (0..10_000).map(|_| chance.share()).collect();
        assert!(shares.iter().all(|share| (0.0..1.0).contains(share)));
        let mean = shares.iter().sum::<f64>() / 10_000.0;
        assert!((0.48..0.52).contains(&mean), "{mean}");
    }

    #[test]
    fn what_always_happens_happens_and_what_never_does_does_not() {
        let mut chance = Chance::named("bounds");
        assert!((0..1000).all(|_| chance.happens(1.0)));
        assert!((0..1000).all(|_| !chance.happens(0.0)));
        assert_eq!(chance.pick::<u8>(&[]), None);
    }
}
