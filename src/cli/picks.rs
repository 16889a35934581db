//! What is picked on the command line: roles and permissions, by name.

use clap::Args;

use super::exit::Stopped;
use crate::screens::pick::{Menu, Picks};

/// Flags that name what is picked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct PickArguments {
    /// All that is held from now on, with commas; `--set ''` takes everything
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with_all = ["add", "drop"])]
    pub set: Option<Vec<String>>,
    /// What is held besides, with commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub add: Vec<String>,
    /// What is not held any more, with commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub drop: Vec<String>,
    /// All permissions of a new admin, with commas, in place of those of the presets of the roles
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub permissions: Option<Vec<String>>,
    /// Which role
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// Which of what belongs to the person, by its id as `get users` tells it
    #[arg(long, value_name = "ID")]
    pub which: Option<String>,
}

impl PickArguments {
    /// A flag that was given to what does not take it.
    pub fn unfit_for(&self, picks: Option<Picks>) -> Option<&'static str> {
        let (of_all, of_roles, of_one) = match picks {
            None => (false, false, false),
            Some(Picks::All) => (true, false, false),
            Some(Picks::OneMore | Picks::OneLess) => (false, true, false),
            Some(Picks::One) => (false, false, true),
        };
        let given = [
            ("--set", self.set.is_some(), of_all),
            ("--add", !self.add.is_empty(), of_all),
            ("--drop", !self.drop.is_empty(), of_all),
            ("--role", self.role.is_some(), of_roles),
            ("--which", self.which.is_some(), of_one),
        ];
        let unfit = given.iter().find(|(_, is_given, fits)| *is_given && !fits);
        unfit.map(|(flag, ..)| *flag)
    }

    /// The places of what is picked.
    pub fn of(&self, menu: &Menu) -> Result<Vec<usize>, Stopped> {
        match menu.picks {
            Picks::One => {
                let which = self.which.as_deref();
                let which = which.ok_or_else(|| Stopped::usage("say which: --which ID"))?;
                let id = format!("#{}", which.trim_start_matches('#'));
                Ok(vec![place(menu, &id)?])
            }
            Picks::OneMore | Picks::OneLess => {
                let role = self.role.as_deref();
                let role = role.ok_or_else(|| Stopped::usage("say which: --role ROLE"))?;
                Ok(vec![place(menu, role)?])
            }
            Picks::All => self.of_all(menu),
        }
    }

    /// The places of what is picked of a menu that follows the first one; none where it is left as it is.
    pub fn of_next(&self, menu: Option<&Menu>) -> Result<Option<Vec<usize>>, Stopped> {
        match (&self.permissions, menu) {
            (None, _) => Ok(None),
            (Some(names), Some(menu)) => places(menu, names).map(Some),
            (Some(_), None) => Err(Stopped::usage(
                "--permissions: whoever is made so may do everything without",
            )),
        }
    }

    fn of_all(&self, menu: &Menu) -> Result<Vec<usize>, Stopped> {
        let mut places = match &self.set {
            Some(names) => places(menu, names)?,
            None if self.add.is_empty() && self.drop.is_empty() => {
                return Err(Stopped::usage("say what: --set, --add or --drop NAMES"));
            }
            None => menu.held(),
        };
        places.extend(places_of_new(menu, &self.add, &places)?);
        let dropped = self::places(menu, &self.drop)?;
        places.retain(|place| !dropped.contains(place));
        places.sort_unstable();
        Ok(places)
    }
}

fn places_of_new(menu: &Menu, names: &[String], held: &[usize]) -> Result<Vec<usize>, Stopped> {
    let mut new = places(menu, names)?;
    new.retain(|place| !held.contains(place));
    Ok(new)
}

fn places(menu: &Menu, names: &[String]) -> Result<Vec<usize>, Stopped> {
    let trimmed = names.iter().map(|name| name.trim());
    let given = trimmed.filter(|name| !name.is_empty());
    given.map(|name| place(menu, name)).collect()
}

fn place(menu: &Menu, name: &str) -> Result<usize, Stopped> {
    menu.place(name).ok_or_else(|| {
        let of = menu.of;
        let all: Vec<_> = menu.on_offer.iter().map(|it| it.name.as_str()).collect();
        Stopped::usage(&format!(
            "there is no {name} among the {of}: {}",
            all.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::pick::{Pickable, Unchanged};

    fn menu(picks: Picks) -> Menu {
        let pickable = |(name, is_held): (&str, bool)| Pickable {
            name: name.to_owned(),
            group: "Staff",
            help: "",
            is_held,
        };
        let on_offer = [("Admin", true), ("Risk", false), ("Support", true)];
        Menu {
            of: "roles",
            note: "",
            picks,
            unchanged: Unchanged::NOTHING,
            on_offer: on_offer.map(pickable).to_vec(),
        }
    }

    fn picked(arguments: &PickArguments) -> Vec<String> {
        let menu = menu(Picks::All);
        menu.names(&arguments.of(&menu).unwrap())
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn all_that_is_held_is_set_or_changed_by_name() {
        let set = |of: &[&str]| PickArguments {
            set: Some(names(of)),
            ..PickArguments::default()
        };
        assert_eq!(picked(&set(&["Risk"])), ["Risk"]);
        assert_eq!(picked(&set(&[""])), Vec::<String>::new());
        let change = PickArguments {
            add: names(&["Risk", "Admin"]),
            drop: names(&["Support"]),
            ..PickArguments::default()
        };
        assert_eq!(picked(&change), ["Admin", "Risk"]);
    }

    #[test]
    fn nothing_named_and_unknown_names_are_refused() {
        let menu = menu(Picks::All);
        let none = PickArguments::default().of(&menu).unwrap_err();
        assert!(none.message.as_str().contains("--set"), "{}", none.message);
        let unknown = PickArguments {
            add: names(&["Emperor"]),
            ..PickArguments::default()
        };
        let why = unknown.of(&menu).unwrap_err().message;
        assert_eq!(
            why.as_str(),
            "there is no Emperor among the roles: Admin, Risk, Support"
        );
    }

    #[test]
    fn a_flag_of_another_kind_of_pick_is_refused() {
        let one = PickArguments {
            role: Some("Risk".to_owned()),
            ..PickArguments::default()
        };
        assert_eq!(one.unfit_for(Some(Picks::All)), Some("--role"));
        assert_eq!(one.unfit_for(Some(Picks::OneLess)), None);
        assert_eq!(one.unfit_for(None), Some("--role"));
    }
}
