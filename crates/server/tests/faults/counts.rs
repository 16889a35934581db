//! How often, and with which random numbers.

use std::env;

/// How often a fault is injected: seldom in CI, and as often as docs/RELIABILITY.md says by hand.
pub fn times(small: usize, full: usize) -> usize {
    match env::var("QUARTERDECK_FAULTS").as_deref() {
        Ok("full") => full,
        Ok(other) => panic!("QUARTERDECK_FAULTS={other}: only `full` is known"),
        Err(_) => small,
    }
}

/// A count in portions of at most so many: each gets a world of its own, since the oracle reads all of it
/// each time.
pub fn portions(count: usize, most: usize) -> impl Iterator<Item = usize> {
    (0..count.div_ceil(most)).map(move |portion| most.min(count - portion * most))
}

/// Random numbers that a seed repeats (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The run's, which are printed so that a failure can be repeated.
    pub fn of_this_run(test: &str) -> Self {
        let seed = env::var("QUARTERDECK_FAULTS_SEED").map_or(1, |text| {
            text.parse().expect("QUARTERDECK_FAULTS_SEED is a number")
        });
        println!("{test}: QUARTERDECK_FAULTS_SEED={seed}");
        Self(seed)
    }

    /// Other numbers for somebody else.
    pub fn fork(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below another.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}
