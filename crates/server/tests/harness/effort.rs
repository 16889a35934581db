//! How much a random test tries, and on what: little in CI, much before a release.

use std::env;

/// `few`; `many` where `QUARTERDECK_TEST_FULL=1`.
pub fn rounds(few: usize, many: usize) -> usize {
    let is_full = env::var("QUARTERDECK_TEST_FULL").is_ok_and(|value| value == "1");
    if is_full { many } else { few }
}

/// Where the random numbers begin: `QUARTERDECK_TEST_SEED`, else the same on every run. Printed, and named
/// by what fails.
pub fn seed() -> u64 {
    const DEFAULT: u64 = 0x5eed_a0d1_7000_0001;
    let seed = env::var("QUARTERDECK_TEST_SEED").map_or(DEFAULT, |text| {
        let digits = text.trim_start_matches("0x");
        u64::from_str_radix(digits, 16).unwrap_or_else(|error| panic!("{text}: {error}"))
    });
    eprintln!("QUARTERDECK_TEST_SEED={seed:#x}");
    seed
}

/// `SplitMix64`: the same numbers from the same seed, everywhere.
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// An index below a length.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(length).unwrap()).unwrap()
    }

    /// A place from `first` to `last`.
    pub fn place(&mut self, first: usize, last: usize) -> i64 {
        i64::try_from(first + self.index(last - first + 1)).unwrap()
    }

    /// A number from `first` to `last`.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        first + i64::try_from(self.number() % u64::try_from(last - first + 1).unwrap()).unwrap()
    }

    /// One of these.
    pub fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }
}
