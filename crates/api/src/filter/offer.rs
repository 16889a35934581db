//! What a prompt can offer of the names of a list.

use super::field::Field;

/// `is:` and `has:`.
pub(super) const SHORT: [&str; 2] = ["is", "has"];
/// `sort:`, which is no condition.
pub(super) const SORT: &str = "sort";

/// A name that a prompt offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The name.
    pub name: &'static str,
    /// What may be written with it.
    pub example: String,
}

/// All that can stand before a value in the filter of a list, its names first.
pub fn offers<F: Field>() -> Vec<Offer> {
    let names = F::ALL.iter().map(|field| Offer {
        name: field.spec().name,
        example: field.spec().example.to_owned(),
    });
    let short = SHORT.iter().filter_map(|name| {
        let words = F::SHORTHANDS.iter().filter(|known| known.name == *name);
        offered(name, words.map(|known| known.word))
    });
    let sorts = offered(SORT, F::SORTS.iter().map(|(sort, _)| *sort));
    names.chain(short).chain(sorts).collect()
}

/// A name with all of its words, if it has any.
fn offered(name: &'static str, words: impl Iterator<Item = &'static str>) -> Option<Offer> {
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then(|| Offer {
        name,
        example: format!("{name}:{}", words.join(",")),
    })
}
