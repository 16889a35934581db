//! What is too long to be said at once: it is said part by part, and Enter goes on.

use std::collections::VecDeque;

/// Lines of a part.
const PART: usize = 20;

#[derive(Debug, Default)]
pub(super) struct Reading {
    left: VecDeque<String>,
    is_due: bool,
}

impl Reading {
    /// Reads this, in place of what was left of something else.
    pub(super) fn begin(&mut self, lines: Vec<String>) {
        self.left = lines.into();
        self.is_due = true;
    }

    /// Goes on, if anything is left.
    pub(super) fn go_on(&mut self) -> bool {
        self.is_due = !self.left.is_empty();
        self.is_due
    }

    pub(super) fn clear(&mut self) {
        self.left.clear();
    }

    /// The part that is due.
    pub(super) fn part(&mut self) -> Vec<String> {
        if !std::mem::take(&mut self.is_due) {
            return Vec::new();
        }
        let count = self.left.len().min(PART);
        let mut part: Vec<_> = self.left.drain(..count).collect();
        match self.left.len() {
            0 => {}
            1 => part.push("1 more line; Enter goes on".to_owned()),
            left => part.push(format!("{left} more lines; Enter goes on")),
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_said_part_by_part_and_to_its_end() {
        let mut reading = Reading::default();
        reading.begin((0..45).map(|line| line.to_string()).collect());
        let mut parts = vec![reading.part()];
        assert_eq!(reading.part(), [""; 0], "nothing is said unasked");
        while reading.go_on() {
            parts.push(reading.part());
        }
        let lengths: Vec<_> = parts.iter().map(Vec::len).collect();
        assert_eq!(lengths, [21, 21, 5]);
        assert_eq!(parts[0][20], "25 more lines; Enter goes on");
        assert_eq!(parts[2][4], "44");
    }
}
