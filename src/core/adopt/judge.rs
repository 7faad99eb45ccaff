//! From lines to answers: which framework, which Python, which packages, and whether they go together.

use std::collections::BTreeSet;

use crate::core::adopt::words::{after_name, allows, exact_patch, plain_name, said, without_build};
use crate::core::adopt::{Adopted, Entry, Found, Left, Place, Taken, Wish};
use crate::core::answers::{Answers, check};
use crate::core::catalog::{Catalog, Framework};
use crate::core::failure::Failure;
use crate::core::plan::{self, Plan};
use crate::core::requirement::{self, normalise};
use crate::core::wizard::Wizard;

/// How what does not fit is dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// Refused, with the line: nobody is there to see what would be left out.
    Strictly,
    /// Left out, and told.
    Kindly,
}

/// One package with where it was asked for.
#[derive(Debug, Clone)]
struct Package {
    name: String,
    text: String,
    place: Place,
    shown: String,
}

/// Judges what was found on this machine. `given`: what a person has answered; it counts before everything in the files.
///
/// # Errors
/// Exit 2 with `FILE:LINE`, when judged strictly: a line that no plan can keep.
pub fn judge(found: &Found, given: &Answers, wizard: &Wizard, how: Judge) -> Result<Adopted, Failure> {
    let mut bench = Bench { wizard, how, given: given.clone(), adopted: Adopted::default() };
    bench.adopted.from.clone_from(&found.from);
    let packages = bench.sort(found);
    let framework = bench.framework(&packages);
    bench.name(&found.entries, &packages);
    if let Some(framework) = &framework {
        bench.targets(&found.entries);
        let (own, others) = bench.apart(framework, packages);
        bench.own(framework, own)?;
        bench.python(&found.entries)?;
        bench.others(others)?;
    } else {
        for package in packages {
            bench.take("packages", &package);
        }
    }
    Ok(bench.adopted)
}

struct Bench<'a> {
    wizard: &'a Wizard,
    how: Judge,
    given: Answers,
    adopted: Adopted,
}

impl<'a> Bench<'a> {
    fn catalog(&self) -> &'a Catalog {
        &self.wizard.catalog
    }

    fn leave(&mut self, place: &Place, text: &str, why: impl Into<String>) {
        self.adopted.left.push(Left { place: place.clone(), text: text.to_owned(), why: why.into() });
    }

    fn take(&mut self, step: &str, package: &Package) {
        let Package { text, place, shown, .. } = package.clone();
        self.adopted.taken.push(Taken { step: step.to_owned(), value: text, place, text: shown });
    }

    /// A line that no plan can keep: refused or left out. `way`: what a person can do.
    fn hinder(&mut self, place: &Place, text: &str, why: &str, way: &str) -> Result<(), Failure> {
        if self.how == Judge::Kindly {
            self.leave(place, text, why);
            return Ok(());
        }
        Err(Failure::usage(format!("adopt `{place}`: `{text}`")).why(why.to_owned()).next(format!("{way}; nothing was written")))
    }

    /// The plan of what is given and taken so far.
    fn plan(&self, more: &[(&str, &str)]) -> Result<Plan, String> {
        let mut adopted = self.adopted.clone();
        for (step, value) in more {
            let place = Place::new("", 0);
            adopted.taken.retain(|taken| taken.step != *step || matches!(*step, "packages"));
            adopted.taken.push(Taken { step: (*step).to_owned(), value: (*value).to_owned(), place, text: String::new() });
        }
        let answers = adopted.answers(self.given.clone());
        let choices = self.wizard.choices(&answers).ok_or("no framework is chosen")?;
        plan::decide(&choices, &self.wizard.facts, self.catalog()).map_err(|conflict| conflict.sentence())
    }

    /// Packages by their names here, each once; the rest of the lines is told.
    fn sort(&mut self, found: &Found) -> Vec<Package> {
        let mut packages: Vec<Package> = Vec::new();
        let constraints: Vec<(&Entry, requirement::Parsed)> = found
            .entries
            .iter()
            .filter_map(|entry| match &entry.wish {
                Wish::Constraint(text) => Some((entry, requirement::read(text).ok()?)),
                _ => None,
            })
            .collect();
        for entry in &found.entries {
            match &entry.wish {
                Wish::Left(why) => self.leave(&entry.place, &entry.text, why.clone()),
                Wish::Target(_, why) => self.leave(&entry.place, &entry.text, why.clone()),
                Wish::Package(text) | Wish::Dev(_, text) => {
                    let Some(package) = self.package(found, entry, text) else { continue };
                    if let Wish::Dev(..) = &entry.wish {
                        continue;
                    }
                    if let Some(first) = packages.iter().find(|known| same(known, &package)) {
                        if first.text != package.text {
                            let why = format!("{} asks for `{}`, and that counts", first.place, first.text);
                            self.leave(&entry.place, &entry.text, why);
                        }
                    } else {
                        packages.push(package);
                    }
                }
                Wish::Python(_) | Wish::Name(_) | Wish::Constraint(_) => {}
            }
        }
        for (entry, constraint) in constraints {
            let versioned = |package: &Package| package.text.contains(['=', '<', '>', ';', '~']);
            let there = packages.iter().any(|package| package.name == constraint.name);
            let why = match packages.iter_mut().find(|package| package.name == constraint.name && !versioned(package)) {
                Some(package) => {
                    package.text.push_str(after_name(&constraint.text));
                    continue;
                }
                None if there => "the package itself says its version",
                None => {
                    "nothing here asks for it by name: uv.lock holds its version, `constraint-dependencies` in [tool.uv] keeps it"
                }
            };
            self.leave(&entry.place, &entry.text, why);
        }
        packages
    }

    /// The package of a line under its name here; `None` when it is left out.
    fn package(&mut self, found: &Found, entry: &Entry, text: &str) -> Option<Package> {
        let parsed = requirement::read(text).ok()?;
        let mut package =
            Package { name: parsed.name.clone(), text: text.to_owned(), place: entry.place.clone(), shown: entry.text.clone() };
        if let Some(row) = found.names.pypi(&parsed.name) {
            let Some(pypi) = &row.pypi else {
                self.leave(&entry.place, &entry.text, row.why(&parsed.name));
                return None;
            };
            package.text = format!("{pypi}{}", after_name(text));
            package.name = normalise(pypi);
        }
        let own_name = found.entries.iter().find_map(|entry| match &entry.wish {
            Wish::Name(name) => Some(normalise(name)),
            _ => None,
        });
        if own_name.as_ref() == Some(&package.name) && !package.text.contains(['=', '<', '>']) {
            self.leave(&entry.place, &entry.text, "the project itself, by its own name");
            return None;
        }
        Some(package)
    }

    /// The framework that the person named, or the one that the packages speak of: the first in the catalog's order, but one that
    /// holds another to an exact version comes before that.
    fn framework(&mut self, packages: &[Package]) -> Option<&'a Framework> {
        if let Some(given) = self.given.text("framework") {
            return self.catalog().framework(given);
        }
        let catalog = self.catalog();
        let asked = |framework: &&Framework| packages.iter().find(|package| framework.provides.contains(&package.name));
        let holds = |framework: &&Framework| {
            framework.releases.iter().any(|release| packages.iter().any(|package| release.holds.contains_key(&package.name)))
        };
        let all: Vec<&Framework> = catalog.frameworks.iter().filter(|framework| asked(framework).is_some()).collect();
        let chosen = all.iter().find(|framework| holds(framework)).or_else(|| all.first()).copied()?;
        let package = asked(&chosen)?.clone();
        self.take("framework", &Package { text: chosen.id.clone(), ..package });
        Some(chosen)
    }

    /// The framework and the one below it.
    fn family(&self, framework: &'a Framework) -> Vec<&'a Framework> {
        let below = framework.base.as_ref().and_then(|base| self.catalog().framework(&base.framework));
        [Some(framework), below].into_iter().flatten().collect()
    }

    fn name(&mut self, entries: &[Entry], packages: &[Package]) {
        let Some((entry, name)) = entries.iter().find_map(|entry| match &entry.wish {
            Wish::Name(name) => Some((entry, name)),
            _ => None,
        }) else {
            return;
        };
        let valid = check::project_name(name).unwrap_or_else(|_| check::suggest_name(name));
        if packages.iter().any(|package| package.name == normalise(&valid)) {
            return self.leave(&entry.place, &entry.text, "a project cannot have the name of a package that it needs");
        }
        let (place, shown) = (entry.place.clone(), entry.text.clone());
        self.take("name", &Package { name: String::new(), text: valid, place, shown });
    }

    /// What lines say about the machine, each target once, in their order.
    fn targets(&mut self, entries: &[Entry]) {
        let said = entries.iter().filter_map(|entry| Some((entry, said(entry)?)));
        for (entry, target) in said {
            let word = target.word();
            if self.adopted.taken.iter().any(|taken| taken.step == "targets" && taken.value == word) {
                continue;
            }
            let (place, shown) = (entry.place.clone(), entry.text.clone());
            self.take("targets", &Package { name: String::new(), text: word.to_owned(), place, shown });
        }
    }

    /// The framework's own packages, and the others; parts that come along by themselves are left out.
    fn apart(&mut self, framework: &'a Framework, packages: Vec<Package>) -> (Vec<Package>, Vec<Package>) {
        let family = self.family(framework);
        let texts = family
            .iter()
            .flat_map(|member| member.requirements.iter().chain(member.builds.iter().flat_map(|build| &build.requirements)));
        let mut core: BTreeSet<String> = texts.map(|text| plain_name(text)).collect();
        core.extend(family.iter().flat_map(|member| member.companions.iter().map(|companion| companion.package.clone())));
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for package in packages {
            if core.contains(&package.name) {
                own.push(package);
            } else if family.iter().any(|member| member.provides.contains(&package.name)) {
                self.leave(&package.place, &package.shown, format!("it comes with {}", framework.title));
            } else {
                others.push(package);
            }
        }
        (own, others)
    }

    /// Versions and extras of the framework's own packages: they choose its release, or are in the way.
    fn own(&mut self, framework: &'a Framework, own: Vec<Package>) -> Result<(), Failure> {
        let named = self.given.text("framework").is_some();
        // Packages that come in a version of their own beside the release: torchvision, flax.
        let release: BTreeSet<String> = self
            .family(framework)
            .iter()
            .flat_map(|member| member.requirements.iter().chain(member.builds.iter().flat_map(|build| &build.requirements)))
            .filter(|text| text.contains("{version}"))
            .map(|text| plain_name(text))
            .collect();
        let (core, companions): (Vec<Package>, Vec<Package>) =
            own.into_iter().partition(|package| release.contains(&package.name));
        for mut package in core {
            package.text = without_build(&package.text);
            // The bare framework is what the answer says already.
            if package.text == package.name {
                continue;
            }
            if let Err(why) = self.plan(&[("packages", &package.text)]) {
                if named || self.how == Judge::Kindly {
                    self.leave(&package.place, &package.shown, format!("{why}; the catalog's release is taken"));
                    continue;
                }
                let way = format!(
                    "change that line, or name the framework yourself (`--framework {}`) to take the catalog's release",
                    framework.id
                );
                self.hinder(&package.place, &package.shown, &why, &way)?;
                continue;
            }
            self.take("packages", &package);
        }
        for mut package in companions {
            package.text = without_build(&package.text);
            if self.plan(&[("packages", &package.text)]).is_ok() {
                self.take("packages", &package);
                continue;
            }
            let bare = Package { text: package.name.clone(), ..package.clone() };
            if self.plan(&[("packages", &bare.text)]).is_ok() {
                self.leave(&package.place, &package.shown, format!("it comes in the version that fits {}", framework.title));
                self.take("packages", &bare);
            } else {
                self.leave(&package.place, &package.shown, format!("this release of {} has none that fits", framework.title));
            }
        }
        Ok(())
    }

    /// The Python that the plan prefers among those that the files allow.
    fn python(&mut self, entries: &[Entry]) -> Result<(), Failure> {
        if self.given.get("python").is_some() {
            return Ok(());
        }
        let said = entries.iter().find_map(|entry| match &entry.wish {
            Wish::Python(range) => Some((entry, range)),
            _ => None,
        });
        let best = self.plan(&[]).map(|plan| plan.python).ok();
        let offered: Vec<String> =
            self.catalog().pythons.iter().filter(|python| python.offered).map(|python| python.version.clone()).collect();
        let Some((entry, range)) = said else {
            let first = self
                .adopted
                .taken
                .iter()
                .find(|taken| taken.step == "framework")
                .map(|taken| (taken.place.clone(), taken.text.clone()));
            if let (Some(best), Some((place, shown))) = (best, first) {
                self.take("python", &Package { name: String::new(), text: best, place, shown });
            }
            return Ok(());
        };
        let allowed: Vec<&String> = best.iter().chain(&offered).filter(|minor| allows(range, minor)).collect();
        let fits = allowed.iter().find(|minor| self.plan(&[("python", minor)]).is_ok());
        let (place, shown) = (entry.place.clone(), entry.text.clone());
        if let Some(minor) = fits {
            let text = (*minor).clone();
            if exact_patch(range) {
                self.leave(&place, &shown, format!("nixpkgs brings its own patch release of Python {text}"));
            }
            self.take("python", &Package { name: String::new(), text, place, shown });
        } else {
            let why = allowed.first().and_then(|minor| self.plan(&[("python", minor)]).err());
            let why = why.unwrap_or_else(|| format!("on offer are Python {}", offered.join(", ")));
            self.hinder(&place, &shown, &why, "change that line, or choose yourself with `--python VERSION`")?;
        }
        let python = self.adopted.taken.iter().find(|taken| taken.step == "python").map(|taken| taken.value.clone());
        for other in entries.iter().filter(|other| other.place != entry.place) {
            if let (Wish::Python(range), Some(python)) = (&other.wish, &python)
                && !allows(range, python)
            {
                self.leave(&other.place, &other.text, format!("the project is for Python {python}"));
            }
        }
        Ok(())
    }

    fn others(&mut self, others: Vec<Package>) -> Result<(), Failure> {
        let texts: Vec<(&str, &str)> = others.iter().map(|package| ("packages", package.text.as_str())).collect();
        let together = self.plan(&texts).is_ok();
        for package in others {
            if let Err(why) = if together { Ok(()) } else { self.plan(&[("packages", &package.text)]).map(drop) } {
                let way = "change that line, or take it out and add it later with `uv add`";
                self.hinder(&package.place, &package.shown, &why, way)?;
                continue;
            }
            self.take("packages", &package);
        }
        Ok(())
    }
}

/// The same package for the same machines.
fn same(left: &Package, right: &Package) -> bool {
    let marker = |text: &str| text.split_once(';').map(|(_, marker)| marker.trim().to_owned());
    left.name == right.name && (marker(&left.text) == marker(&right.text) || left.place.file != right.place.file)
}
