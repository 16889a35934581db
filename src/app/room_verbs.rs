//! The verbs of a room: which of them a key means, on which rows, and what it prepares there.

use quarterdeck_api::text::Line;

use super::any_room::{Ask, NoDraft, Wanted};
use super::draft::{Answers, Draft, Offer, Target};
use super::keymap::Action;
use super::room::Room;
use crate::screens::screen::Screen;
use crate::screens::verb::{Asks, Class, Verb};

impl<S: Screen> Room<S> {
    fn targets<'a>(
        &'a self,
        ask: &Ask<'a>,
        verb: &Verb<S::Row>,
    ) -> Result<Vec<&'a S::Row>, NoDraft> {
        let mut refusal = None;
        let mut rows = Vec::new();
        for row in self.rows_of(ask) {
            match Self::refusal(ask, verb, row) {
                None => rows.push(row),
                Some(why) => refusal = refusal.or(Some(why)),
            }
        }
        match (rows.is_empty(), refusal) {
            (true, Some(why)) => Err(why),
            (true, None) => Err(NoDraft::NoRow),
            (false, _) => Ok(rows),
        }
    }

    fn rows_of<'a>(&'a self, ask: &Ask<'a>) -> impl Iterator<Item = &'a S::Row> {
        ask.ids.iter().filter_map(|id| self.row(*id))
    }

    /// Tries the verbs on this key in their order, for the first that applies: a key may ban or lift a
    /// ban, whichever the rows allow. Where none does, the one that lacks but a permission says why.
    pub(super) fn first_that_applies<T>(
        wanted: Wanted,
        attempt: impl Fn(&'static Verb<S::Row>) -> Result<T, NoDraft>,
    ) -> Result<T, NoDraft> {
        let action = wanted.action;
        let is_wanted = |verb: &&Verb<S::Row>| {
            verb.action == action.verb() && wanted.verb.is_none_or(|name| name == verb.verb)
        };
        let mut why = None;
        for verb in S::VERBS.iter().filter(is_wanted) {
            let done = if action.is_with_note() && verb.asks != Asks::Note {
                Err(NoDraft::NoNote)
            } else {
                attempt(verb)
            };
            match done {
                Ok(done) => return Ok(done),
                Err(no @ NoDraft::Denied(_)) => {
                    why = why
                        .filter(|why| matches!(why, NoDraft::Denied(_)))
                        .or(Some(no));
                }
                Err(no) => why = why.or(Some(no)),
            }
        }
        Err(why.unwrap_or(NoDraft::NoVerb))
    }

    pub(super) fn draft_of(&self, ask: &Ask<'_>, verb: &Verb<S::Row>) -> Result<Draft, NoDraft> {
        let rows = self.targets(ask, verb)?;
        let prepared = (verb.prepare)(&rows).ok_or(NoDraft::NoVerb)?;
        let offers = verb.choices.iter().map(|choice| Offer {
            choice,
            denied: choice.permission.filter(|needed| !(ask.may)(*needed)),
        });
        Ok(Draft {
            tab: S::TAB,
            action: ask.wanted.action,
            verb: verb.verb,
            past: verb.past,
            noun: S::NOUN,
            // Its key may be a letter that a split escape sequence ends in: it always asks.
            class: if ask.wanted.action == Action::Remove {
                verb.class.max(Class::HardToReverse)
            } else {
                verb.class
            },
            asks: match verb.asks {
                Asks::Note if !ask.wanted.action.is_with_note() => Asks::Nothing,
                asks => asks,
            },
            offers: offers.collect(),
            targets: rows.iter().map(|row| Self::target(row)).collect(),
            prepared,
            answers: Answers::default(),
            hidden_marks: 0,
            skipped: ask.ids.len() - rows.len(),
        })
    }

    pub(super) fn check_one(&self, ask: &Ask<'_>, verb: &Verb<S::Row>) -> Result<(), NoDraft> {
        let mut refusals = self.rows_of(ask).map(|row| Self::refusal(ask, verb, row));
        match refusals.next() {
            None => Err(NoDraft::NoRow),
            Some(None) => Ok(()),
            Some(Some(_)) if refusals.any(|refusal| refusal.is_none()) => Ok(()),
            Some(Some(why)) => Err(why),
        }
    }

    fn refusal(ask: &Ask<'_>, verb: &Verb<S::Row>, row: &S::Row) -> Option<NoDraft> {
        if let Some(why) = (verb.refuses)(row) {
            return Some(NoDraft::Refused(Line::new(&why)));
        }
        if let Some(permission) =
            (verb.permission)(row).filter(|permission| !(ask.may)(*permission))
        {
            return Some(NoDraft::Denied(permission));
        }
        (ask.is_busy)(S::id(row)).map(NoDraft::Refused)
    }

    fn target(row: &S::Row) -> Target {
        Target {
            id: S::id(row),
            name: Line::new(S::name(row).as_str()),
            status: Line::new(&S::status(row)),
        }
    }
}
