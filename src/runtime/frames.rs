//! What frames cost, for `:doctor`.

use std::time::Duration;

use crate::app::finding::{About, Finding};

/// What the frames of this run have cost: drawing them, and writing them to the terminal.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frames {
    count: u64,
    last: Duration,
    last_bytes: u64,
    slowest: Duration,
    bytes: u64,
}

impl Frames {
    /// A frame was drawn in this time, when so many bytes had been written to the terminal in all.
    pub(super) fn drawn(&mut self, took: Duration, bytes: u64) {
        self.count += 1;
        self.last = took;
        self.slowest = self.slowest.max(took);
        self.last_bytes = bytes - self.bytes;
        self.bytes = bytes;
    }

    /// As findings.
    pub(super) fn findings(&self) -> [Finding; 3] {
        let finding = |name, text: String| Finding::new(About::Drawing, name, &text);
        let (last, slowest) = (self.last.as_micros(), self.slowest.as_micros());
        let all = format!("{} B in {} frames", self.bytes, self.count);
        [
            finding("Last frame", format!("{last} us, {} B", self.last_bytes)),
            finding("Slowest", format!("{slowest} us")),
            finding("Written", all),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_frame_the_slowest_and_all_bytes_are_told() {
        let mut frames = Frames::default();
        frames.drawn(Duration::from_micros(900), 4_000);
        frames.drawn(Duration::from_micros(120), 4_060);
        let told = frames.findings().map(|finding| finding.value.to_string());
        assert_eq!(told, ["120 us, 60 B", "900 us", "4060 B in 2 frames"]);
    }
}
