//! Filling in a sheet: one field after the other, each at first as it is now.

use std::sync::Arc;

use quarterdeck_api::text::Line;

use super::field::Field;
use super::input::Key;
use super::keymap::Action;
use crate::screens::sheet::Sheet;

/// A sheet that is being filled in.
#[derive(Clone, Debug)]
pub struct Filling {
    sheet: Arc<Sheet>,
    fields: Vec<Field>,
    here: usize,
}

/// A line of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What it is called.
    pub label: &'static str,
    /// What is in it.
    pub value: Line,
    /// Whether that is another value than it has now.
    pub is_changed: bool,
    /// Whether it is being typed in.
    pub is_here: bool,
}

impl Filling {
    /// A sheet as it is now.
    pub fn of(sheet: Arc<Sheet>) -> Self {
        let fields = sheet.blanks.iter().map(|blank| {
            let field = Field::plain().at_most(blank.longest);
            field.holding(&blank.now)
        });
        Self {
            fields: fields.collect(),
            sheet,
            here: 0,
        }
    }

    /// All lines.
    pub fn shown(&self) -> Vec<Shown> {
        let both = self.sheet.blanks.iter().zip(&self.fields).enumerate();
        both.map(|(place, (blank, field))| Shown {
            label: blank.label,
            value: field.shown(),
            is_changed: field.value().trim() != blank.now,
            is_here: place == self.here,
        })
        .collect()
    }

    /// What the field that is typed in is called.
    pub fn label(&self) -> &'static str {
        let blank = self.sheet.blanks.get(self.here);
        blank.map_or("", |blank| blank.label)
    }

    /// The field that is typed in.
    pub fn field(&self) -> Option<&Field> {
        self.fields.get(self.here)
    }

    /// The same, to type in it.
    pub fn field_mut(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.here)
    }

    /// Takes a key that neither submits nor leaves.
    pub fn press(&mut self, key: Key, action: Option<Action>) {
        match action {
            Some(Action::Next | Action::Complete) => self.step_on(),
            Some(Action::Previous) => self.here = self.here.saturating_sub(1),
            Some(_) | None => {
                if let Some(field) = self.field_mut() {
                    field.edit(key);
                }
            }
        }
    }

    fn is_at_end(&self) -> bool {
        self.here + 1 >= self.fields.len()
    }

    fn step_on(&mut self) {
        if !self.is_at_end() {
            self.here += 1;
        }
    }

    /// Goes to the next field; from the last one, tells what was filled in.
    ///
    /// # Errors
    /// Why that cannot be sent.
    pub fn submit(&mut self) -> Result<Option<Vec<String>>, Line> {
        if !self.is_at_end() {
            self.step_on();
            return Ok(None);
        }
        let filled = self
            .fields
            .iter()
            .map(|field| field.value().trim().to_owned());
        let filled: Vec<_> = filled.collect();
        match self.sheet.check(&filled) {
            Ok(()) => Ok(Some(filled)),
            Err(why) => Err(Line::new(&why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::sheet::tests::sheet;

    fn type_into(filling: &mut Filling, text: &str) {
        for letter in text.chars() {
            filling.press(Key::from(letter), None);
        }
    }

    #[test]
    fn s004_14_fields_hold_what_is_there_and_enter_goes_through_them() {
        let mut filling = Filling::of(Arc::new(sheet()));
        assert_eq!(filling.shown()[0].value.as_str(), "Ana");
        assert_eq!(filling.submit(), Ok(None));
        assert_eq!(
            filling.submit().unwrap_err().as_str(),
            "Nothing would change."
        );
        type_into(&mut filling, " Peru");
        let shown = filling.shown();
        assert_eq!((shown[0].is_changed, shown[1].is_changed), (false, true));
        let filled = vec!["Ana".to_owned(), "Peru".to_owned()];
        assert_eq!(filling.submit(), Ok(Some(filled)));
    }

    #[test]
    fn the_field_that_is_typed_in_stays_among_those_there_are() {
        let mut filling = Filling::of(Arc::new(sheet()));
        filling.press(Key::from('x'), Some(Action::Previous));
        assert_eq!(filling.label(), "Name");
        for _ in 0..3 {
            filling.press(Key::from('x'), Some(Action::Next));
        }
        assert_eq!(filling.label(), "Country");
    }
}
