//! What a screen says, read as an operator reads it.

/// Lines above the rows of a list.
const HEADER_LINES: usize = 5;

/// The lines of a screen, without blanks at their ends.
pub fn lines(screen: &vt100::Screen) -> Vec<String> {
    let (_, columns) = screen.size();
    screen
        .rows(0, columns.get())
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// The line of the row under the cursor.
pub fn cursor_line(screen: &vt100::Screen) -> Option<String> {
    lines(screen).into_iter().find(|line| line.starts_with('>'))
}

/// The id of the row under the cursor: `#4711`.
pub fn cursor_id(screen: &vt100::Screen) -> Option<String> {
    let line = cursor_line(screen)?;
    line.split_whitespace()
        .find(|word| word.starts_with('#'))
        .map(str::to_owned)
}

/// The ids of the rows of the list, in their order.
pub fn ids(screen: &vt100::Screen) -> Vec<String> {
    let rows = lines(screen).into_iter().skip(HEADER_LINES);
    let id_of = |line: String| {
        let words = line.split_whitespace();
        let mut words = words.skip_while(|word| matches!(*word, ">" | "*" | ">*"));
        words
            .next()
            .filter(|word| word.starts_with('#'))
            .map(str::to_owned)
    };
    rows.filter_map(id_of).collect()
}

/// The text of a screen.
pub fn text(screen: &vt100::Screen) -> String {
    lines(screen).join("\n")
}
