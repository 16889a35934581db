//! The screens in front of the console.

use quarterdeck_api::sessions::{DeviceSignIn, Secret};
use quarterdeck_api::text::Line;
use ratatui::layout::Rect;

use super::footer::{draw_field, draw_toast};
use super::qr;
use super::text::{Painter, Piece};
use super::theme::Token;
use super::title::badge;
use crate::app::keymap::Action;
use crate::app::model::{Model, Session};
use crate::app::options::Charset;
use crate::app::wrap::wrap;
use crate::screens::sign_in::{Form, Item, Progress, Step, address, browser_of, codes_of};

/// Cells of the names of fields.
const LABEL: u16 = 16;
/// Cells of two recovery codes side by side.
const TWO_CODES: u16 = 42;
/// Widest text.
const WIDEST: u16 = 72;

/// Draws whatever stands in front of the console.
pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect) {
    draw_header(model, painter, area);
    let width = area.width.saturating_sub(4).min(WIDEST);
    let body = Rect {
        x: area.x + 2,
        y: area.y + 2,
        width,
        height: area.height.saturating_sub(3),
    };
    let key = |action| model.keymap.shown(action);
    match &model.session {
        Session::SigningIn(form) => draw_form(model, painter, body, area, form),
        Session::Connecting => {
            painter.word(body.x, body.y, width, "Connecting...", Token::Pending);
        }
        Session::Unreachable { why } => {
            let what = format!(
                "{why} {} tries again, {} quits.",
                key(Action::Refresh),
                key(Action::Quit)
            );
            draw_text(painter, body, "No connection", &what, Token::Error);
        }
        Session::NotAdmin { email } => {
            let what = format!(
                "{email} is signed in and is not a platform admin. Ask a super-admin for a role. {} signs \
                 in as somebody else, {} quits.",
                key(Action::Refresh),
                key(Action::Quit)
            );
            draw_text(painter, body, "Not an admin", &what, Token::Error);
        }
        Session::Active => {}
    }
    draw_last_row(model, painter, area);
}

fn draw_header(model: &Model, painter: &mut Painter, area: Rect) {
    let mut pieces: Vec<Piece<'_>> = badge(model).into_iter().collect();
    if !pieces.is_empty() {
        pieces.push(Piece::new("  ", Token::Text));
    }
    pieces.push(Piece::new(&model.host, Token::Strong));
    painter.pieces(area.x, area.y, area.width, &pieces);
    if let Some(note) = &model.header_note {
        let row = Rect { height: 1, ..area };
        painter.pieces_at_end(row, &[Piece::new(note, Token::Accent)]);
    }
}

fn draw_text(painter: &mut Painter, area: Rect, title: &'static str, text: &str, token: Token) {
    painter.word(area.x, area.y, area.width, title, token);
    let lines = wrap(text, painter.measure(area.width));
    for (y, line) in (area.y + 2..area.bottom()).zip(&lines) {
        painter.text(area.x, y, area.width, &line.into(), Token::Text);
    }
}

fn draw_form(model: &Model, painter: &mut Painter, body: Rect, area: Rect, form: &Form) {
    let (title, text) = (form.step.title(), form.step.help());
    let scanned = match &form.step {
        Step::Enroll(secret) => Some(secret.otpauth_url.expose()),
        Step::Browser(flow) => Some(address(flow)),
        Step::Gate { .. }
        | Step::Credentials
        | Step::Provider
        | Step::Code { .. }
        | Step::Recovery { .. }
        | Step::FirstLogin
        | Step::RenewCodes
        | Step::RecoveryCodes(_) => None,
    };
    let body = match scanned {
        Some(text) => {
            let taken = draw_qr(painter, area, text);
            let x = area.x + taken + 2;
            Rect {
                x,
                y: area.y + 1,
                width: area.right().saturating_sub(x + 1),
                height: area.height - 2,
            }
        }
        None => body,
    };
    painter.word(body.x, body.y, body.width, title, Token::Strong);
    let mut y = body.y + 2;
    for line in wrap(text, painter.measure(body.width)) {
        painter.text(body.x, y, body.width, &line.into(), Token::Dim);
        y += 1;
    }
    if let Some(left) = model.code_countdown() {
        painter.made(body.x, y, body.width, &left, Token::Dim);
        y += 1;
    }
    if let Step::Enroll(secret) = &form.step {
        y = draw_secret(painter, Rect { y: y + 1, ..body }, secret.secret.expose());
    }
    if let Some(flow) = browser_of(form) {
        y = draw_browser(painter, Rect { y: y + 1, ..body }, flow);
    }
    if let Some(codes) = codes_of(form) {
        y = draw_codes(painter, Rect { y: y + 1, ..body }, &codes.recovery_codes);
    }
    y = draw_items(
        painter,
        Rect { y: y + 1, ..body },
        form,
        model.overlay.is_none(),
    );
    draw_answer(painter, Rect { y: y + 1, ..body }, form);
}

/// The QR code at the left, if it fits; says how many columns it took.
fn draw_qr(painter: &mut Painter, area: Rect, url: &str) -> u16 {
    // ASCII has no half blocks, and of twice the width they are no squares: the secret is typed instead.
    let blocks = match painter.charset() {
        Charset::Unicode => qr::half_blocks(url),
        Charset::WideAmbiguous | Charset::Ascii => None,
    };
    let Some(lines) = blocks else {
        return 0;
    };
    let width = lines.first().map_or(0, |line| line.chars().count());
    let room = Rect {
        height: area.height.saturating_sub(2),
        y: area.y + 1,
        ..area
    };
    let fits = lines.len() <= usize::from(room.height) && width + 30 <= usize::from(room.width);
    if !fits {
        return 0;
    }
    for (y, line) in (room.y..).zip(&lines) {
        painter.qr_line(room.x, y, line);
    }
    u16::try_from(width).unwrap_or(0)
}

/// The secret in groups of four.
fn draw_secret(painter: &mut Painter, area: Rect, secret: &str) -> u16 {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    let mut y = area.y;
    for line in wrap(&groups.join(" "), painter.measure(area.width)) {
        painter.text(area.x, y, area.width, &line.into(), Token::Strong);
        y += 1;
    }
    y
}

/// Where to go, and what is seen there.
fn draw_browser(painter: &mut Painter, area: Rect, flow: &DeviceSignIn) -> u16 {
    let mut y = area.y;
    for text in [&flow.verification_uri, &flow.user_code] {
        for line in wrap(text.as_str(), painter.measure(area.width)) {
            painter.text(area.x, y, area.width, &line.into(), Token::Strong);
            y += 1;
        }
        y += 1;
    }
    painter.word(
        area.x,
        y,
        area.width,
        "Waiting for the browser...",
        Token::Pending,
    );
    y + 1
}

/// Recovery codes, two in a row where there is room: none is ever cut.
fn draw_codes(painter: &mut Painter, area: Rect, codes: &[Secret]) -> u16 {
    let in_a_row = if area.width < TWO_CODES { 1 } else { 2 };
    let mut y = area.y;
    for row in codes.chunks(in_a_row) {
        let row: Vec<&str> = row.iter().map(Secret::expose).collect();
        let line = Line::new(&row.join("    "));
        painter.text(area.x, y, area.width, &(&line).into(), Token::Strong);
        y += 1;
    }
    y
}

fn draw_items(painter: &mut Painter, area: Rect, form: &Form, has_cursor: bool) -> u16 {
    let mut y = area.y;
    for (place, item) in form.items.iter().enumerate() {
        let has_focus = place == form.focus;
        match item {
            Item::Field { label, field } => {
                let token = if has_focus { Token::Accent } else { Token::Dim };
                painter.word(area.x, y, LABEL, label, token);
                let x = area.x + LABEL;
                let room = Rect {
                    x,
                    y,
                    width: area.right().saturating_sub(x),
                    height: 1,
                };
                if has_focus && has_cursor {
                    draw_field(painter, room, field, Token::Input);
                } else {
                    painter.text(x, y, room.width, &field.shown().into(), Token::Text);
                }
            }
            Item::Link { label, letter, .. } => {
                y += 1;
                let token = if has_focus { Token::Accent } else { Token::Dim };
                let text = if has_focus {
                    format!("> {label}  (Enter or {letter})")
                } else {
                    format!("  {label}")
                };
                painter.made(area.x, y, area.width, &text, token);
                if has_focus && has_cursor {
                    painter.cursor(area.x, y);
                }
            }
        }
        y += 1;
    }
    y
}

/// What the server said, or that it is being asked.
fn draw_answer(painter: &mut Painter, area: Rect, form: &Form) {
    if form.progress == Progress::Sent {
        painter.word(
            area.x,
            area.y,
            area.width,
            "Asking the server...",
            Token::Pending,
        );
        return;
    }
    let Some(error) = &form.error else { return };
    let lines = wrap(error.as_str(), painter.measure(area.width));
    for (y, line) in (area.y..area.bottom()).zip(&lines) {
        painter.text(area.x, y, area.width, &line.into(), Token::Error);
    }
}

fn draw_last_row(model: &Model, painter: &mut Painter, area: Rect) {
    let row = Rect {
        y: area.bottom().saturating_sub(1),
        height: 1,
        ..area
    };
    if draw_toast(model, painter, row) {
        return;
    }
    let actions: &[(Action, &'static str)] = match &model.session {
        Session::SigningIn(_) => &[
            (Action::Submit, "go on"),
            (Action::Complete, "next field"),
            (Action::Abandon, "back"),
            (Action::Cancel, "twice to quit"),
        ],
        Session::Connecting => &[(Action::Quit, "quit")],
        Session::Unreachable { .. } => &[(Action::Refresh, "try again"), (Action::Quit, "quit")],
        Session::NotAdmin { .. } => &[(Action::Refresh, "another account"), (Action::Quit, "quit")],
        Session::Active => &[],
    };
    let mut pieces = Vec::new();
    for (action, word) in actions {
        pieces.push(Piece::made(&model.keymap.shown(*action), Token::Accent));
        pieces.push(Piece::made(&format!(" {word}  "), Token::Dim));
    }
    painter.pieces(row.x, row.y, row.width, &pieces);
}
