//! Where things stand on a screen of a given size (console.md §4.10). `update` needs it to keep the
//! cursor in view, `view` to draw; both ask here, so that they cannot disagree.

/// Size of the terminal, in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub columns: u16,
    /// Height.
    pub rows: u16,
}

/// The smallest size that is drawn.
pub const SMALLEST: Size = Size {
    columns: 40,
    rows: 10,
};

/// How much fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Below 40 x 10: a message, and only the keys that leave.
    TooSmall,
    /// 40 to 59 columns, or 10 to 14 rows: id, state, age, and a summary under the cursor row.
    Summary,
    /// 60 to 79 columns: columns dropped by priority, the current tab only.
    Narrow,
    /// The list, or the detail, over the full width.
    List,
    /// List and detail side by side.
    Wide,
}

/// How much stands above the rows, as far as the size leaves a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chrome {
    /// Header, tabs, chips and rule.
    #[default]
    Full,
    /// Header, and one row for the tab shown and its chips.
    Compact,
}

impl Chrome {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Full => Self::Compact,
            Self::Compact => Self::Full,
        }
    }

    const fn rows(self) -> u16 {
        match self {
            Self::Full => 4,
            Self::Compact => 2,
        }
    }
}

/// The arrangement of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How much fits.
    pub mode: Mode,
    /// How much stands above the rows.
    pub chrome: Chrome,
    /// Width of the list.
    pub list_columns: u16,
    /// Width of the preview, 0 without one.
    pub preview_columns: u16,
    /// Rows between the header and the last row, table header included.
    pub body_rows: u16,
}

/// Columns between list and preview: a line with air around it.
const BETWEEN: u16 = 3;
/// Rows below the body: prompt, toast or hints.
const CHROME_BELOW: u16 = 1;

impl Mode {
    /// How much stands above the rows: in the smallest mode always the least.
    const fn chrome(self, wanted: Chrome) -> Chrome {
        match self {
            Self::TooSmall | Self::Summary => Chrome::Compact,
            Self::Narrow | Self::List | Self::Wide => wanted,
        }
    }

    /// The mode of a size.
    pub const fn of(size: Size) -> Self {
        let Size { columns, rows } = size;
        if columns < SMALLEST.columns || rows < SMALLEST.rows {
            Self::TooSmall
        } else if columns < 60 || rows < 15 {
            Self::Summary
        } else if columns < 80 {
            Self::Narrow
        } else if columns < 120 || rows < 30 {
            Self::List
        } else {
            Self::Wide
        }
    }
}

impl Layout {
    /// The arrangement for a size, with the rows of banner and toast taken off the body.
    pub const fn of(size: Size, chrome: Chrome, taken_rows: u16) -> Self {
        let mode = Mode::of(size);
        let chrome = mode.chrome(chrome);
        // Three fifths for the list.
        let list_columns = match mode {
            Mode::Wide => size.columns / 5 * 3 - 1,
            Mode::TooSmall | Mode::Summary | Mode::Narrow | Mode::List => size.columns,
        };
        Self {
            mode,
            chrome,
            list_columns,
            preview_columns: match mode {
                Mode::Wide => size.columns - list_columns - BETWEEN,
                Mode::TooSmall | Mode::Summary | Mode::Narrow | Mode::List => 0,
            },
            body_rows: size
                .rows
                .saturating_sub(chrome.rows() + CHROME_BELOW + taken_rows),
        }
    }

    /// Rows of the table itself: the body without the column header, and in the smallest mode without
    /// the summary of the cursor row.
    pub const fn table_rows(self) -> usize {
        let taken = match self.mode {
            Mode::Summary => 2,
            Mode::TooSmall | Mode::Narrow | Mode::List | Mode::Wide => 1,
        };
        self.body_rows.saturating_sub(taken) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_modes_of_the_table() {
        let cases = [
            ((120, 30), Mode::Wide),
            ((119, 30), Mode::List),
            ((120, 29), Mode::List),
            ((80, 24), Mode::List),
            ((79, 24), Mode::Narrow),
            ((59, 24), Mode::Summary),
            ((120, 14), Mode::Summary),
            ((40, 10), Mode::Summary),
            ((39, 10), Mode::TooSmall),
            ((40, 9), Mode::TooSmall),
            ((0, 0), Mode::TooSmall),
        ];
        for ((columns, rows), mode) in cases {
            assert_eq!(Mode::of(Size { columns, rows }), mode, "{columns}x{rows}");
        }
    }

    #[test]
    fn every_size_leaves_rows_that_fit() {
        for columns in 0..200 {
            for rows in 0..80 {
                for chrome in [Chrome::Full, Chrome::Compact] {
                    let layout = Layout::of(Size { columns, rows }, chrome, 1);
                    assert!(layout.body_rows <= rows);
                    assert!(layout.list_columns + layout.preview_columns <= columns);
                }
            }
        }
    }
}
