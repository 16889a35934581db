//! Cursor, viewport, marks and range of a list. All of them hold ids, never places, so that rows may
//! come and go without moving the selection.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

/// The id of a row in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId(pub i64);

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A movement of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Down by so many rows.
    Down(usize),
    /// Up by so many rows.
    Up(usize),
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
}

/// The rows that the filter lets through, and what is selected of them.
#[derive(Clone, Debug, Default)]
pub struct List {
    visible: Vec<RowId>,
    cursor: Option<RowId>,
    top: usize,
    marks: BTreeSet<RowId>,
    /// The marks that were cleared last.
    cleared: BTreeSet<RowId>,
    /// Rows that the filter lets through though they are not loaded; none of them is visible.
    beyond: Vec<RowId>,
    range_from: Option<RowId>,
}

/// Where the cursor and the viewport stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    cursor: Option<RowId>,
    top: usize,
}

/// Rows kept between the cursor and the edge of the viewport.
const SCROLL_MARGIN: usize = 2;

impl List {
    /// The rows shown, in their order.
    pub fn visible(&self) -> &[RowId] {
        &self.visible
    }

    /// The row under the cursor.
    pub const fn cursor(&self) -> Option<RowId> {
        self.cursor
    }

    /// Place of the cursor among the rows shown.
    pub fn cursor_index(&self) -> Option<usize> {
        self.cursor.and_then(|id| self.index_of(id))
    }

    /// The rows in a viewport of so many rows.
    pub fn viewport(&self, rows: usize) -> &[RowId] {
        let top = self.top.min(self.visible.len());
        &self.visible[top..(top + rows).min(self.visible.len())]
    }

    /// Place of the viewport's first row.
    pub const fn top(&self) -> usize {
        self.top
    }

    fn index_of(&self, id: RowId) -> Option<usize> {
        self.visible.iter().position(|visible| *visible == id)
    }

    /// Whether a row is shown.
    pub fn is_visible(&self, id: RowId) -> bool {
        self.visible.contains(&id)
    }

    /// Replaces the rows shown. The cursor stays on its row, at its height in the viewport; if the row
    /// is gone, on the nearest one after it, or else before it.
    pub fn show(&mut self, visible: Vec<RowId>) {
        let before = self.cursor_index();
        let height = before.map_or(0, |index| index.saturating_sub(self.top));
        let kept: BTreeSet<RowId> = visible.iter().copied().collect();
        self.cursor = before
            .and_then(|index| self.survivor(index, &kept))
            .or(visible.first().copied());
        self.visible = visible;
        self.top = self
            .cursor_index()
            .map_or(0, |index| index.saturating_sub(height));
        if self.range_from.is_some_and(|id| !kept.contains(&id)) {
            self.range_from = None;
        }
    }

    /// Where the cursor and the viewport stand.
    pub const fn place(&self) -> Place {
        Place {
            cursor: self.cursor,
            top: self.top,
        }
    }

    /// Puts both back, if the row under the cursor is shown; says whether it is.
    pub fn put_back(&mut self, place: Place) -> bool {
        let is_shown = place.cursor.is_some_and(|id| self.go_to(id));
        if is_shown {
            self.top = place.top;
        }
        is_shown
    }

    /// Replaces the rows that the filter lets through though they are not loaded.
    pub fn show_beyond(&mut self, beyond: Vec<RowId>) {
        self.beyond = beyond;
    }

    fn survivor(&self, index: usize, kept: &BTreeSet<RowId>) -> Option<RowId> {
        let (before, after) = self.visible.split_at(index);
        after
            .iter()
            .chain(before.iter().rev())
            .copied()
            .find(|id| kept.contains(id))
    }

    /// Moves the cursor.
    pub fn go(&mut self, step: Move) {
        let Some(last) = self.visible.len().checked_sub(1) else {
            return;
        };
        let index = self.cursor_index().unwrap_or(0);
        let index = match step {
            Move::Down(rows) => index.saturating_add(rows).min(last),
            Move::Up(rows) => index.saturating_sub(rows),
            Move::Top => 0,
            Move::Bottom => last,
        };
        self.cursor = self.visible.get(index).copied();
    }

    /// Puts the cursor on a row; says whether it is shown.
    pub fn go_to(&mut self, id: RowId) -> bool {
        let is_visible = self.is_visible(id);
        if is_visible {
            self.cursor = Some(id);
        }
        is_visible
    }

    /// The next row below the cursor that passes.
    pub fn next_below(&self, passes: impl Fn(RowId) -> bool) -> Option<RowId> {
        let below = self.visible.get(self.cursor_index()? + 1..)?;
        below.iter().copied().find(|id| passes(*id))
    }

    /// The nearest row above the cursor that passes.
    pub fn next_above(&self, passes: impl Fn(RowId) -> bool) -> Option<RowId> {
        let above = self.visible.get(..self.cursor_index()?)?;
        above.iter().rev().copied().find(|id| passes(*id))
    }

    /// Scrolls so that the cursor is in a viewport of so many rows.
    pub fn keep_in_view(&mut self, rows: usize) {
        let index = self.cursor_index().unwrap_or(0);
        let margin = SCROLL_MARGIN.min(rows.saturating_sub(1) / 2);
        let lowest_top = (index + margin + 1).saturating_sub(rows);
        let highest_top = index.saturating_sub(margin);
        let end = self.visible.len().saturating_sub(rows);
        self.top = self
            .top
            .clamp(lowest_top.min(highest_top), highest_top)
            .min(end);
    }

    /// Places of the rows of the open range.
    fn range(&self) -> Range<usize> {
        let ends = self
            .range_from
            .and_then(|id| self.index_of(id))
            .zip(self.cursor_index());
        ends.map_or(0..0, |(from, to)| from.min(to)..from.max(to) + 1)
    }

    /// The rows of the open range.
    fn range_rows(&self) -> &[RowId] {
        &self.visible[self.range()]
    }

    /// Whether a row is marked or in the range.
    pub fn is_marked(&self, id: RowId) -> bool {
        self.marks.contains(&id) || self.range_rows().contains(&id)
    }

    /// The marked rows that the filter lets through, in their order; those not loaded come last.
    pub fn marked_let_through(&self) -> Vec<RowId> {
        let range = self.range();
        let is_marked =
            |place: usize, id: &RowId| range.contains(&place) || self.marks.contains(id);
        let places = self.visible.iter().enumerate();
        places
            .filter(|(place, id)| is_marked(*place, id))
            .map(|(_, id)| *id)
            .chain(self.marked_beyond())
            .collect()
    }

    /// The marked rows that the filter lets through though they are not loaded.
    fn marked_beyond(&self) -> impl Iterator<Item = RowId> {
        let beyond = self.beyond.iter().copied();
        beyond.filter(|id| self.marks.contains(id))
    }

    /// Whether every row shown is marked.
    pub fn is_all_marked(&self) -> bool {
        !self.visible.is_empty() && self.visible.iter().all(|id| self.marks.contains(id))
    }

    /// How many rows are marked, shown or not.
    pub fn marked_count(&self) -> usize {
        let only_in_range = self
            .range_rows()
            .iter()
            .filter(|id| !self.marks.contains(id));
        self.marks.len() + only_in_range.count()
    }

    /// How many marked rows the filter hides.
    pub fn hidden_marks(&self) -> usize {
        self.marked_count() - self.marked_let_through().len()
    }

    /// Marks the row under the cursor, or takes its mark off.
    pub fn toggle_mark(&mut self) {
        if let Some(id) = self.cursor
            && !self.marks.remove(&id)
        {
            self.marks.insert(id);
        }
    }

    /// Marks every row that is shown.
    pub fn mark_all(&mut self) {
        self.marks.extend(&self.visible);
    }

    /// Marks these rows.
    pub fn mark(&mut self, ids: impl IntoIterator<Item = RowId>) {
        self.marks.extend(ids);
    }

    /// Takes the marks off these rows.
    pub fn unmark(&mut self, ids: &[RowId]) {
        for id in ids {
            self.marks.remove(id);
        }
    }

    /// Takes all marks off and returns them.
    pub fn clear_marks(&mut self) -> BTreeSet<RowId> {
        let marks = std::mem::take(&mut self.marks);
        self.cleared.clone_from(&marks);
        marks
    }

    /// Puts the marks back that were cleared last; says how many they are.
    pub fn restore_marks(&mut self) -> usize {
        self.marks.extend(&self.cleared);
        self.cleared.len()
    }

    /// Of the rows that the filter lets through, marks those that are not and no others.
    pub fn invert_marks(&mut self) {
        for id in self.visible.iter().chain(&self.beyond) {
            if !self.marks.remove(id) {
                self.marks.insert(*id);
            }
        }
    }

    /// All marks, those too that the filter hides.
    pub const fn marks(&self) -> &BTreeSet<RowId> {
        &self.marks
    }

    /// Whether a range is open.
    pub const fn is_in_range(&self) -> bool {
        self.range_from.is_some()
    }

    /// Begins a range at the cursor.
    pub const fn begin_range(&mut self) {
        self.range_from = self.cursor;
    }

    /// Ends the range: its rows become marked.
    pub fn end_range(&mut self) {
        let rows = self.range_rows().to_vec();
        self.marks.extend(rows);
        self.range_from = None;
    }

    /// Drops the range without marking.
    pub const fn drop_range(&mut self) {
        self.range_from = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: impl IntoIterator<Item = i64>) -> Vec<RowId> {
        ids.into_iter().map(RowId).collect()
    }

    fn list(count: i64) -> List {
        let mut list = List::default();
        list.show(ids(1..=count));
        list
    }

    #[test]
    fn the_cursor_stays_on_its_row_when_rows_come_above_it() {
        let mut list = list(10);
        list.go(Move::Down(4));
        list.show(ids([90, 91, 1, 2, 3, 4, 5, 6]));
        assert_eq!(list.cursor(), Some(RowId(5)));
        assert_eq!(list.cursor_index(), Some(6));
        assert_eq!(list.top(), 2, "the row keeps its height on the screen");
    }

    #[test]
    fn when_its_row_is_gone_the_cursor_takes_the_next_one_or_the_one_before() {
        let mut list = list(5);
        list.go(Move::Down(2));
        list.show(ids([1, 2, 4, 5]));
        assert_eq!(list.cursor(), Some(RowId(4)));
        list.show(ids([1, 2]));
        assert_eq!(list.cursor(), Some(RowId(2)));
        list.show(Vec::new());
        assert_eq!(list.cursor(), None);
        list.show(ids([7]));
        assert_eq!(list.cursor(), Some(RowId(7)));
    }

    #[test]
    fn the_viewport_follows_the_cursor_and_never_leaves_a_gap_at_the_end() {
        let mut list = list(20);
        list.go(Move::Down(9));
        list.keep_in_view(8);
        assert_eq!(list.viewport(8), ids(5..=12));
        list.go(Move::Bottom);
        list.keep_in_view(8);
        assert_eq!(list.viewport(8), ids(13..=20));
        list.keep_in_view(30);
        assert_eq!(list.viewport(30), ids(1..=20));
        list.keep_in_view(0);
        assert_eq!(list.viewport(0), []);
    }

    #[test]
    fn marks_that_a_filter_hides_are_counted_and_not_among_the_targets() {
        let mut list = list(5);
        list.mark_all();
        list.show(ids([2, 4]));
        assert_eq!((list.marked_count(), list.hidden_marks()), (5, 3));
        assert_eq!(list.marked_let_through(), ids([2, 4]));
    }

    #[test]
    fn a_range_reaches_from_its_start_to_the_cursor_and_becomes_marks() {
        let mut list = list(6);
        list.go(Move::Down(1));
        list.begin_range();
        list.go(Move::Down(2));
        assert_eq!(list.marked_let_through(), ids(2..=4));
        list.go(Move::Top);
        assert_eq!(list.marked_let_through(), ids(1..=2));
        list.end_range();
        list.go(Move::Bottom);
        assert_eq!(list.marked_let_through(), ids(1..=2));
    }

    #[test]
    fn the_next_row_is_the_nearest_on_its_side_of_the_cursor() {
        let mut list = list(5);
        list.go(Move::Down(2));
        assert_eq!(list.next_below(|id| id.0 != 4), Some(RowId(5)));
        assert_eq!(list.next_above(|_| true), Some(RowId(2)));
        assert_eq!(list.next_below(|id| id.0 <= 3), None);
        assert_eq!(list.next_above(|id| id.0 >= 3), None);
    }
}
