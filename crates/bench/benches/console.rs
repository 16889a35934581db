//! What a key costs the console: deciding what it means, drawing, and finding what changed on the screen.
//! The bars are those of console.md §5; docs/PERFORMANCE.md has the figures.
//!
//!     cargo bench -p quarterdeck-bench --bench console
#![expect(
    clippy::unwrap_used,
    reason = "helpers of a bench end it as its own lines do"
)]

#[path = "../../../tests/screens/desk.rs"]
#[expect(dead_code, reason = "shared; not every use needs all of it")]
mod desk;

use std::fmt;

use desk::{Desk, fixtures};
use divan::{Bencher, black_box};
use quarterdeck::app::layout::Size;
use quarterdeck::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn main() {
    divan::main();
}

/// A screen with so many rows loaded.
#[derive(Clone, Copy)]
struct Scene {
    size: Size,
    rows: i64,
}

impl fmt::Display for Scene {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Size { columns, rows } = self.size;
        write!(formatter, "{columns}x{rows}, {} rows", self.rows)
    }
}

const fn scene(columns: u16, rows: u16, loaded: i64) -> Scene {
    Scene {
        size: Size { columns, rows },
        rows: loaded,
    }
}

const SCENES: [Scene; 3] = [
    scene(120, 40, 500),
    scene(160, 48, 2_000),
    scene(300, 100, 2_000),
];

fn desk(scene: Scene) -> Desk {
    let mut desk = Desk::entering(scene.size);
    desk.answer_list((1..=scene.rows).map(fixtures::pending).collect());
    desk
}

fn screen(size: Size) -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(size.columns, size.rows)).unwrap()
}

/// A cursor moves, the frame is drawn, and what changed is found; bar: 300 µs at 120x40, 600 at 160x48.
#[divan::bench(args = SCENES)]
fn view_and_diff_after_a_cursor_move(bencher: Bencher<'_, '_>, scene: Scene) {
    let (mut desk, mut screen) = (desk(scene), screen(scene.size));
    let mut keys = ["j", "k"].into_iter().cycle();
    bencher.bench_local(|| {
        desk.keys(keys.next().unwrap()).forget();
        screen
            .draw(|frame| {
                view::draw(&desk.model, frame);
            })
            .unwrap();
    });
}

/// A key without its frame; bar: 50 µs.
#[divan::bench(args = SCENES)]
fn update_for_a_cursor_move(bencher: Bencher<'_, '_>, scene: Scene) {
    let mut desk = desk(scene);
    let mut keys = ["j", "k"].into_iter().cycle();
    bencher.bench_local(|| {
        black_box(desk.keys(keys.next().unwrap()).forget());
    });
}

/// A letter of a filter over 10,000 rows; bar: 8 ms.
#[divan::bench(args = ["pers", "status:pending", "!x", "id>5000"])]
fn last_letter_of_a_filter_over_10_000_rows(bencher: Bencher<'_, '_>, filter: &str) {
    let mut desk = desk(scene(120, 40, 10_000));
    desk.keys("/").text(filter).forget();
    let last = filter.chars().last().unwrap().to_string();
    bencher.bench_local(|| {
        desk.keys("Backspace").text(&last).forget();
    });
}
