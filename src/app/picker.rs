//! Picking from a menu: a list that is narrowed by typing and ticked by a key.

use std::sync::Arc;

use quarterdeck_api::text::Line;

use super::field::Field;
use super::input::Key;
use super::keymap::Action;
use crate::screens::pick::{Change, Menu, Picks, Unchanged};

/// A menu that is being picked from.
#[derive(Clone, Debug)]
pub struct Picker {
    menu: Arc<Menu>,
    ticked: Vec<usize>,
    /// Among those shown.
    cursor: usize,
    /// What is looked for.
    pub field: Field,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is listed under.
    pub group: &'static str,
    /// What it means.
    pub help: &'static str,
    /// Whether it is ticked; none where one is picked and nothing ticked.
    pub is_ticked: Option<bool>,
    /// Whether that is another state than it has now.
    pub is_changed: bool,
    /// Whether the cursor is on it.
    pub is_here: bool,
}

impl Picker {
    /// A menu, with what is held ticked where all are picked.
    pub fn of(menu: Arc<Menu>) -> Self {
        let ticked = match menu.picks {
            Picks::All => menu.held(),
            Picks::OneMore | Picks::OneLess | Picks::One => Vec::new(),
        };
        Self {
            menu,
            ticked,
            cursor: 0,
            field: Field::plain().at_most(40),
        }
    }

    /// What is picked from.
    pub fn menu(&self) -> &Menu {
        &self.menu
    }

    /// The places that what is typed leaves.
    fn places(&self) -> Vec<usize> {
        let wanted = self.field.value().to_lowercase();
        let fits = |text: &str| text.to_lowercase().contains(&wanted);
        let on_offer = self.menu.on_offer.iter().enumerate();
        let left = on_offer.filter(|(_, it)| fits(&it.name) || fits(it.help) || fits(it.group));
        left.map(|(place, _)| place).collect()
    }

    /// The list as it is shown.
    pub fn shown(&self) -> Vec<Shown<'_>> {
        let places = self.places();
        let here = places.get(self.at(&places)).copied();
        let shown = |place: &usize| {
            let it = self.menu.on_offer.get(*place)?;
            let is_ticked = self.ticked.contains(place);
            Some(Shown {
                name: &it.name,
                group: it.group,
                help: it.help,
                is_ticked: (self.menu.picks == Picks::All).then_some(is_ticked),
                is_changed: self.menu.picks == Picks::All && is_ticked != it.is_held,
                is_here: here == Some(*place),
            })
        };
        places.iter().filter_map(shown).collect()
    }

    /// What would change.
    pub fn changes(&self) -> Vec<Change> {
        self.menu.changes(&self.ticked)
    }

    fn at(&self, places: &[usize]) -> usize {
        self.cursor.min(places.len().saturating_sub(1))
    }

    /// Takes a key that neither submits nor leaves.
    pub fn press(&mut self, key: Key, action: Option<Action>) {
        let places = self.places();
        let at = self.at(&places);
        match action {
            Some(Action::Next) => self.cursor = (at + 1).min(places.len().saturating_sub(1)),
            Some(Action::Previous) => self.cursor = at.saturating_sub(1),
            Some(Action::Toggle) => self.toggle(places.get(at).copied()),
            Some(_) | None => {
                if self.field.edit(key) {
                    self.cursor = 0;
                }
            }
        }
    }

    fn toggle(&mut self, place: Option<usize>) {
        let (Some(place), Picks::All) = (place, self.menu.picks) else {
            return;
        };
        match self.ticked.iter().position(|ticked| *ticked == place) {
            Some(index) => drop(self.ticked.remove(index)),
            None => self.ticked.push(place),
        }
        self.ticked.sort_unstable();
    }

    /// What was picked.
    ///
    /// # Errors
    /// Why it cannot be sent.
    pub fn picked(&self) -> Result<Vec<usize>, Line> {
        match self.menu.picks {
            Picks::All => match self.menu.unchanged {
                Unchanged::Refused(why) if self.changes().is_empty() => Err(Line::new(why)),
                Unchanged::Refused(_) | Unchanged::Taken => Ok(self.ticked.clone()),
            },
            Picks::OneMore | Picks::OneLess | Picks::One => {
                let places = self.places();
                let here = places.get(self.at(&places)).copied();
                here.map(|place| vec![place])
                    .ok_or_else(|| Line::new("Nothing fits."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::input::KeyCode;
    use crate::screens::pick::Pickable;

    fn menu(picks: Picks) -> Arc<Menu> {
        let pickable = |(name, is_held): (&str, bool)| Pickable {
            name: name.to_owned(),
            group: "Staff",
            help: "",
            is_held,
        };
        let on_offer = [("Admin", true), ("Risk", false), ("Support", true)];
        Arc::new(Menu {
            of: "roles",
            note: "",
            picks,
            unchanged: Unchanged::NOTHING,
            on_offer: on_offer.map(pickable).to_vec(),
        })
    }

    fn type_into(picker: &mut Picker, text: &str) {
        for letter in text.chars() {
            picker.press(Key::from(letter), None);
        }
    }

    #[test]
    fn s001_40_what_is_held_is_ticked_and_a_tick_tells_what_changes() {
        let mut picker = Picker::of(menu(Picks::All));
        assert_eq!(
            picker.picked().unwrap_err().as_str(),
            "Nothing would change."
        );
        type_into(&mut picker, "ri");
        assert_eq!(picker.shown().len(), 1);
        picker.press(Key::from(' '), Some(Action::Toggle));
        picker.press(Key::control('u'), None);
        picker.press(Key::from(' '), Some(Action::Toggle));
        let changes: Vec<_> = picker.changes().iter().map(Change::in_words).collect();
        assert_eq!(changes, ["- Admin", "+ Risk"]);
        let places = picker.picked().unwrap();
        assert_eq!(picker.menu().names(&places), ["Risk", "Support"]);
    }

    #[test]
    fn the_cursor_stays_among_what_is_shown() {
        let mut picker = Picker::of(menu(Picks::All));
        for _ in 0..9 {
            picker.press(Key::from(KeyCode::Down), Some(Action::Next));
        }
        assert!(picker.shown()[2].is_here);
        type_into(&mut picker, "adm");
        assert!(picker.shown()[0].is_here);
        type_into(&mut picker, "zzz");
        assert_eq!(picker.shown(), []);
        picker.press(Key::from(' '), Some(Action::Toggle));
        assert_eq!(picker.changes(), []);
    }

    #[test]
    fn of_one_that_is_picked_nothing_is_ticked() {
        let mut picker = Picker::of(menu(Picks::OneLess));
        picker.press(Key::from(KeyCode::Down), Some(Action::Next));
        let places = picker.picked().unwrap();
        assert_eq!(picker.menu().names(&places), ["Risk"]);
        assert!(picker.shown().iter().all(|shown| shown.is_ticked.is_none()));
        type_into(&mut picker, "zzz");
        assert_eq!(picker.picked().unwrap_err().as_str(), "Nothing fits.");
    }
}
