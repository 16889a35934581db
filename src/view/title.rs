//! The top line: which environment, host and account it is, and how old what is shown is.
//!
//! The first three are always there on 80 columns (S000-13): what else the line says goes first, and
//! then they are cut, but not left out. On fewer columns the account outlasts the host.

use ratatui::layout::Rect;

use super::text::{Painter, Piece, shortened, width_of};
use super::theme::Token;
use crate::app::link::Link;
use crate::app::model::Model;
use crate::app::options::{AccessMode, Charset};

/// Columns between the parts of the line.
const BETWEEN: usize = 2;
/// The most columns of an environment's name.
const LONGEST_ENVIRONMENT: usize = 16;
/// Fewer columns of a host or of an e-mail address identify nothing.
const SHORTEST_NAME: usize = 10;

/// What the line leaves out, each form also what those before it do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Full,
    NotLive,
    ShortAge,
    NoHint,
    NoReadWrite,
    BareAge,
    NoNote,
}

const FORMS: [Form; 7] = [
    Form::Full,
    Form::NotLive,
    Form::ShortAge,
    Form::NoHint,
    Form::NoReadWrite,
    Form::BareAge,
    Form::NoNote,
];

/// Draws the line in the first form that fits, or with names cut in the last.
pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect) {
    let room = usize::from(area.width);
    let form = FORMS
        .into_iter()
        .find(|form| width(model, *form) <= room)
        .unwrap_or(Form::NoNote);
    let state = state(model, form);
    let room = area
        .width
        .saturating_sub(cells(width_of(&state, model.options.charset) + BETWEEN));
    let identity = identity(model, form, usize::from(room));
    painter.pieces(area.x, area.y, room, &identity);
    painter.pieces_at_end(area, &state);
}

fn cells(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// How many columns a form takes with nothing cut.
fn width(model: &Model, form: Form) -> usize {
    let charset = model.options.charset;
    let identity = width_of(&identity(model, form, usize::MAX), charset);
    identity + BETWEEN + width_of(&state(model, form), charset)
}

/// Which environment it is: production cannot be missed, and what is unknown counts as production.
pub(super) fn badge(model: &Model) -> Option<Piece<'static>> {
    let own = model.me.as_ref().map(|me| &me.environment);
    let name = own.or(model.environment.as_ref())?.as_str().to_lowercase();
    let (short, token) = match name.as_str() {
        "production" | "prod" => ("PROD".to_owned(), Token::EnvProd),
        "staging" | "stage" => ("STAGE".to_owned(), Token::EnvStage),
        "test" | "qa" => (name.to_uppercase(), Token::EnvStage),
        "development" | "dev" => ("DEV".to_owned(), Token::EnvDev),
        "demo" | "local" => (name.to_uppercase(), Token::EnvDev),
        _ => (name.to_uppercase(), Token::EnvProd),
    };
    let short = shortened(&short, LONGEST_ENVIRONMENT, model.options.charset);
    Some(Piece::made(&format!("[{short}]"), token))
}

/// Where we are and as whom, in so many columns.
fn identity(model: &Model, form: Form, room: usize) -> Vec<Piece<'static>> {
    let (badge, access) = (badge(model), access(model, form));
    let fixed: usize = [&badge, &access]
        .into_iter()
        .flatten()
        .map(|piece| piece.width(model.options.charset) + BETWEEN)
        .sum();
    let names = names(model, room.saturating_sub(fixed));
    let mut pieces = Vec::new();
    for piece in badge.into_iter().chain(names).chain(access) {
        if !pieces.is_empty() {
            pieces.push(Piece::new("  ", Token::Text));
        }
        pieces.push(piece);
    }
    pieces
}

fn access(model: &Model, form: Form) -> Option<Piece<'static>> {
    match model.access {
        AccessMode::ReadWrite => (form < Form::NoReadWrite).then(|| Piece::new("RW", Token::Dim)),
        AccessMode::ReadOnly => Some(Piece::new("RO", Token::Warn)),
    }
}

fn names(model: &Model, room: usize) -> Vec<Piece<'static>> {
    let charset = model.options.charset;
    let host = model.host.as_str();
    let email = model.me.as_ref().map_or("", |me| me.email.as_str());
    let (of_host, of_email) = shares(charset.cells(host), charset.cells(email), room);
    [
        (short_host(host, of_host, charset), of_host, Token::Strong),
        (short_email(email, of_email, charset), of_email, Token::Text),
    ]
    .into_iter()
    .filter(|(_, share, _)| *share > 0)
    .map(|(text, _, token)| Piece::made(&text, token))
    .collect()
}

/// The columns of host and e-mail address: what both need, else half and half where neither is
/// shorter, else those of the one that identifies more.
fn shares(host: usize, email: usize, room: usize) -> (usize, usize) {
    if email == 0 {
        return (alone(host, room), 0);
    }
    let both = room.saturating_sub(BETWEEN);
    let half = both / 2;
    if host.saturating_add(email) <= both {
        (host, email)
    } else if both < 2 * SHORTEST_NAME {
        (0, alone(email, room))
    } else if host <= half {
        (host, both - host)
    } else if email <= both - half {
        (both - email, email)
    } else {
        (half, both - half)
    }
}

fn alone(wanted: usize, room: usize) -> usize {
    if room < wanted.min(SHORTEST_NAME) {
        0
    } else {
        wanted.min(room)
    }
}

/// A host cut before its port, which tells one server of a machine from another.
fn short_host(host: &str, width: usize, charset: Charset) -> String {
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let port_at = host.rfind(':').filter(|at| is_port(&host[at + 1..]));
    let (name, port) = host.split_at(port_at.unwrap_or(host.len()));
    let name = shortened(name, width.saturating_sub(charset.cells(port)), charset);
    format!("{name}{port}")
}

/// An address cut at its end; of a long local part, too, the start of the domain is left.
fn short_email(email: &str, width: usize, charset: Charset) -> String {
    let (local, domain) = email.split_at(email.rfind('@').unwrap_or(email.len()));
    let local = shortened(local, width - charset.cells(domain).min(width / 3), charset);
    let domain = shortened(domain, width.saturating_sub(charset.cells(&local)), charset);
    format!("{local}{domain}")
}

/// Whether the server answers, how old the rows are, and what the runtime wants to be seen.
fn state(model: &Model, form: Form) -> Vec<Piece<'_>> {
    let (freshness, motion) = (model.here().state().freshness, model.options.motion);
    let mut pieces = Vec::new();
    if let Some(note) = model.header_note.as_ref().filter(|_| form < Form::NoNote) {
        pieces.extend([
            Piece::new(note, Token::Accent),
            Piece::new("   ", Token::Text),
        ]);
    }
    if let Some(offline) = model.offline_label() {
        let hint_at = offline.find(',').filter(|_| form >= Form::NoHint);
        let offline = &offline[..hint_at.unwrap_or(offline.len())];
        pieces.extend([
            Piece::made(offline, Token::Offline),
            Piece::new("  ", Token::Text),
        ]);
    }
    pieces.extend(live(model, form));
    if freshness.is_stale(model.now) {
        pieces.extend([
            Piece::new("STALE", Token::Stale),
            Piece::new(" ", Token::Text),
        ]);
    }
    let age = match form {
        Form::Full | Form::NotLive => freshness.label(model.now, motion),
        Form::ShortAge | Form::NoHint | Form::NoReadWrite => {
            freshness.short_label(model.now, motion)
        }
        Form::BareAge | Form::NoNote => freshness
            .bare_label(model.now, motion)
            .unwrap_or_else(|| "never".to_owned()),
    };
    pieces.push(Piece::made(&age, Token::Live));
    pieces
}

/// Whether others are heard, and the server has all it needs. That both are so is the first to go.
fn live(model: &Model, form: Form) -> Vec<Piece<'static>> {
    let (token, last) = match model.live.link {
        Link::Up if model.live.is_degraded => (Token::Warn, Form::NoReadWrite),
        Link::Up => (Token::Live, Form::Full),
        Link::Down => (Token::Stale, Form::NoReadWrite),
        Link::Off | Link::Trying => return Vec::new(),
    };
    let label = model.live.label().filter(|_| form <= last);
    label.map_or_else(Vec::new, |label| {
        vec![Piece::new(label, token), Piece::new("  ", Token::Text)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_keeps_its_start_and_its_port() {
        let host = "admin.eu-west-1.internal.example.com:8443";
        assert_eq!(short_host(host, 41, Charset::Unicode), host);
        assert_eq!(
            short_host(host, 20, Charset::Unicode),
            "admin.eu-west-…:8443"
        );
        assert_eq!(
            short_host("admin.example.com", 10, Charset::Unicode),
            "admin.exa…"
        );
        assert_eq!(
            short_host("[2001:db8::17:4711]", 10, Charset::Unicode),
            "[2001:db8…"
        );
        assert_eq!(
            short_host("[2001:db8::17]:4711", 12, Charset::Unicode),
            "[2001:…:4711"
        );
    }

    #[test]
    fn an_address_keeps_whose_it_is_and_the_start_of_its_domain() {
        let email = "root@quarterdeck.example";
        assert_eq!(short_email(email, 24, Charset::Unicode), email);
        assert_eq!(short_email(email, 14, Charset::Unicode), "root@quarterd…");
        assert_eq!(
            short_email(
                "maximiliana.schwarzenberger@acme.example",
                18,
                Charset::Unicode
            ),
            "maximiliana…@acme…"
        );
        assert_eq!(short_email("", 0, Charset::Unicode), "");
    }

    #[test]
    fn two_names_share_the_room_and_the_account_outlasts_the_host() {
        let cases = [
            ((14, 24, 40), (14, 24)),
            ((14, 24, 39), (14, 23)),
            ((60, 12, 40), (26, 12)),
            ((60, 60, 41), (19, 20)),
            ((60, 60, 21), (0, 21)),
            ((14, 24, 9), (0, 0)),
            ((14, 0, 80), (14, 0)),
            ((14, 0, 12), (12, 0)),
        ];
        for ((host, email, room), expected) in cases {
            assert_eq!(shares(host, email, room), expected, "{host} {email} {room}");
        }
    }
}
