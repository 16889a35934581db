//! Reads Rust sources as far as the rules need it: code without comments and tests, and what is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A source file.
pub struct Source {
    /// Path below the workspace, with slashes.
    pub path: String,
    /// Its code, without comments and without its tests.
    pub text: String,
    root: String,
}

/// All sources below a folder of the workspace, tests left out.
pub fn sources(root: &str) -> Vec<Source> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(base, &base.join(root), root, &mut files);
    files.sort_by(|left, right| left.path.cmp(&right.path));
    assert!(!files.is_empty(), "no sources below {root}");
    files
}

fn collect(base: &Path, folder: &Path, root: &str, files: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(base, &path, root, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path
                .strip_prefix(base)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            if name.ends_with("/tests.rs") || name.contains("/tests/") {
                continue;
            }
            let text = code(&fs::read_to_string(&path).unwrap());
            files.push(Source {
                path: name,
                text,
                root: root.to_owned(),
            });
        }
    }
}

/// Drops comments and the test module, which stands at the end of a file.
fn code(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

impl Source {
    /// Whether it lies in a folder.
    pub fn is_in(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    /// Whether the code has this word.
    pub fn mentions(&self, word: &str) -> bool {
        self.text.match_indices(word).any(|(at, _)| {
            let before = self.text[..at].chars().next_back();
            !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
        })
    }

    /// Lines that are neither blank nor a comment.
    pub fn code_lines(&self) -> usize {
        self.text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .count()
    }

    /// The first argument of each call of a function.
    pub fn arguments_of(&self, call: &str) -> Vec<String> {
        let call = format!(".{call}");
        let tails = self.text.split(&call).skip(1);
        tails
            .filter_map(|tail| tail.split([',', ')']).next())
            .map(|text| text.trim().to_owned())
            .collect()
    }

    /// The module directly below the crate that the file belongs to.
    pub fn top_module(&self) -> String {
        self.module()
            .first()
            .cloned()
            .unwrap_or_else(|| "lib".to_owned())
    }

    /// The modules directly below the crate that the file uses.
    pub fn used_modules(&self) -> BTreeSet<String> {
        self.uses()
            .into_iter()
            .filter_map(|path| path.first().cloned())
            .collect()
    }

    fn module(&self) -> Vec<String> {
        let below = self.path[self.root.len() + 1..].trim_end_matches(".rs");
        let mut parts: Vec<String> = below.split('/').map(str::to_owned).collect();
        if matches!(
            parts.last().map(String::as_str),
            Some("mod" | "lib" | "main")
        ) && below != "main"
        {
            parts.pop();
        }
        parts
    }

    /// What the file uses of its own crate, as paths from the crate's root.
    fn uses(&self) -> Vec<Vec<String>> {
        let mut used = Vec::new();
        for statement in statements(&self.text) {
            expand(&statement, &mut Vec::new(), &mut used);
        }
        used.extend(inline_paths(&self.text));
        used.into_iter()
            .filter_map(|path| self.resolve(&path))
            .collect()
    }

    fn resolve(&self, path: &[String]) -> Option<Vec<String>> {
        let module = self.module();
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([&module, &path[1..]].concat()),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                let kept = module.len().checked_sub(ups)?;
                Some([&module[..kept], &path[ups..]].concat())
            }
            child if self.text.contains(&format!("mod {child};")) => Some([&module, path].concat()),
            _ => None,
        }
    }
}

/// The `use` statements that are not re-exports, without their keyword and semicolon.
fn statements(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("use ") {
        let line_start = rest[..at].rfind('\n').map_or(0, |start| start + 1);
        let before = rest[line_start..at].trim();
        let tail = &rest[at + 4..];
        let end = tail.find(';').unwrap_or(tail.len());
        if before.is_empty() {
            found.push(without_aliases(&tail[..end]));
        }
        rest = &tail[end..];
    }
    found
}

/// `a::b as c` becomes `a::b`; white space goes.
fn without_aliases(statement: &str) -> String {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let is_kept = |index: &usize| {
        let is_as = |at: usize| words.get(at).is_some_and(|word| *word == "as");
        !(is_as(*index) || (*index > 0 && is_as(index - 1)))
    };
    let comma = |index: usize| {
        let is_alias = index > 0 && words[index - 1] == "as";
        if is_alias && words[index].ends_with(',') {
            ","
        } else {
            ""
        }
    };
    (0..words.len())
        .map(|index| {
            if is_kept(&index) {
                words[index].to_owned()
            } else {
                comma(index).to_owned()
            }
        })
        .collect()
}

/// Paths such as `crate::db::sql(…)` that stand in the code itself.
fn inline_paths(text: &str) -> Vec<Vec<String>> {
    ["crate::", "super::"]
        .iter()
        .flat_map(|start| text.match_indices(start))
        .map(|(at, _)| {
            let path = text[at..]
                .split(|letter: char| !(letter.is_alphanumeric() || "_:".contains(letter)));
            path.take(1)
                .flat_map(|path| path.split("::"))
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        })
        // `super::{…}` is a use statement, read as one.
        .filter(|path: &Vec<String>| path.iter().any(|part| part != "super" && part != "crate"))
        .collect()
}

/// `a::{b, c::d}` becomes `a::b` and `a::c::d`.
fn expand(tree: &str, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    if let Some(open) = tree.find('{') {
        let depth = prefix.len();
        prefix.extend(
            tree[..open]
                .trim_end_matches("::")
                .split("::")
                .filter(|part| !part.is_empty())
                .map(str::to_owned),
        );
        let inner = tree[open + 1..]
            .strip_suffix('}')
            .unwrap_or(&tree[open + 1..]);
        for part in split_top(inner) {
            expand(&part, prefix, found);
        }
        prefix.truncate(depth);
    } else if !tree.is_empty() {
        let parts = tree
            .split("::")
            .filter(|part| !part.is_empty() && *part != "self")
            .map(str::to_owned);
        let is_root = prefix.is_empty();
        let mut full = prefix.clone();
        full.extend(parts);
        if is_root && tree.starts_with("self") {
            full.insert(0, "self".to_owned());
        }
        found.push(full);
    }
}

fn split_top(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if letter == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts
}

/// Circles of files that use each other. What a module only re-exports counts for the file behind it.
pub fn cycles(files: &[Source]) -> Vec<Vec<String>> {
    let by_module: BTreeMap<Vec<String>, &Source> =
        files.iter().map(|file| (file.module(), file)).collect();
    let edges: BTreeMap<&str, BTreeSet<&str>> = files
        .iter()
        .map(|file| {
            let targets = file
                .uses()
                .into_iter()
                .filter_map(|path| target(&by_module, &path));
            (
                file.path.as_str(),
                targets.filter(|path| *path != file.path).collect(),
            )
        })
        .collect();
    edges
        .keys()
        .filter_map(|start| circle(&edges, start))
        .collect()
}

fn target<'a>(by_module: &BTreeMap<Vec<String>, &'a Source>, path: &[String]) -> Option<&'a str> {
    let known = (0..=path.len())
        .rev()
        .find(|length| by_module.contains_key(&path[..*length]))?;
    let file = by_module[&path[..known]];
    let Some(item) = path.get(known) else {
        return Some(&file.path);
    };
    match re_exported_from(&file.text, item) {
        Some(child) => {
            let mut deeper = path[..known].to_vec();
            deeper.extend(child);
            deeper.push(item.clone());
            if deeper.len() > path.len() + 4 {
                Some(&file.path)
            } else {
                target(by_module, &deeper)
            }
        }
        None => Some(&file.path),
    }
}

/// The child module that a `pub use child::{…, item, …}` takes an item from.
fn re_exported_from(text: &str, item: &str) -> Option<Vec<String>> {
    text.split("pub use ").skip(1).find_map(|tail| {
        let statement = without_aliases(tail.split(';').next()?);
        let mut paths = Vec::new();
        expand(&statement, &mut Vec::new(), &mut paths);
        let path = paths
            .into_iter()
            .find(|path| path.last().is_some_and(|last| last == item))?;
        let child: Vec<String> = path[..path.len() - 1].to_vec();
        (!child.is_empty() && text.contains(&format!("mod {};", child[0]))).then_some(child)
    })
}

fn circle(edges: &BTreeMap<&str, BTreeSet<&str>>, start: &str) -> Option<Vec<String>> {
    let mut paths = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(path) = paths.pop() {
        let last = path.last()?;
        for next in edges.get(last.as_str()).into_iter().flatten() {
            let mut longer = path.clone();
            longer.push((*next).to_owned());
            if *next == start {
                return Some(longer);
            }
            // Each circle is reported once, from its first file.
            if *next > start && seen.insert((*next).to_owned()) {
                paths.push(longer);
            }
        }
    }
    None
}

/// Paths in a document's code spans and links that look like files of this workspace.
pub fn paths_in(text: &str) -> BTreeSet<String> {
    let roots = ["src/", "crates/", "tests/", "docs/", "assets/", ".ci/"];
    text.split(['`', '(', ')', ' ', '\n'])
        .map(|word| word.trim_end_matches(['.', ',', ':', ';', '*']))
        .filter(|word| roots.iter().any(|root| word.starts_with(root)))
        .filter(|word| !word.contains(['{', '*', '<', '…', '#', '$']))
        .map(str::to_owned)
        .collect()
}
