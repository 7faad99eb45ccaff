//! Machines a check is tried on, written beside the check: a line of TOML and what it must say of it.

use std::collections::BTreeMap;

use crate::core::choices::Resolved;
use crate::core::doctor::{Case, Check, examine};
use crate::core::facts::Facts;
use crate::core::finding::{Finding, Verdict};
use crate::core::plan::{Pin, Plan, Target, TargetPlan};

/// One machine and the verdict of the check on it.
#[derive(Debug)]
pub struct Example {
    pub(super) host: &'static str,
    project: Option<Project>,
    verdict: Verdict,
    code: Option<&'static str>,
    required: Option<bool>,
}

/// A project in a few words; everything else of its plan is the same in every example.
#[derive(Debug, Clone, Copy)]
pub struct Project {
    pub framework: &'static str,
    pub version: &'static str,
    /// Target and build, the first is the default.
    pub targets: &'static [(Target, &'static str)],
    pub python: &'static str,
}

/// PyTorch on CUDA alone.
pub const CUDA: Project =
    Project { framework: "pytorch", version: "2.15.0", targets: &[(Target::Cuda, "cu132")], python: "3.13" };
/// PyTorch on CUDA 12, for older drivers and cards.
pub const CUDA_12: Project =
    Project { framework: "pytorch", version: "2.14.1", targets: &[(Target::Cuda, "cu126")], python: "3.13" };
/// PyTorch on the processor alone.
pub const CPU: Project = Project { framework: "pytorch", version: "2.15.0", targets: &[(Target::Cpu, "cpu")], python: "3.13" };

const fn example(host: &'static str, verdict: Verdict, code: Option<&'static str>) -> Example {
    Example { host, project: None, verdict, code, required: None }
}

/// On this machine the check fails with `code`.
pub const fn fails(code: &'static str, host: &'static str) -> Example {
    example(host, Verdict::Fail, Some(code))
}

/// On this machine the check warns with `code`.
pub const fn warns(code: &'static str, host: &'static str) -> Example {
    example(host, Verdict::Warn, Some(code))
}

/// On this machine the check has something to tell.
pub const fn notes(code: &'static str, host: &'static str) -> Example {
    example(host, Verdict::Note, Some(code))
}

/// On this machine all is well.
pub const fn passes(host: &'static str) -> Example {
    example(host, Verdict::Pass, None)
}

/// On this machine the check has nothing to look at.
pub const fn skips(host: &'static str) -> Example {
    example(host, Verdict::Skipped, None)
}

impl Example {
    /// The same inside this project.
    pub const fn inside(mut self, project: Project) -> Self {
        self.project = Some(project);
        self
    }

    /// And it stands in the way.
    pub const fn required(mut self, required: bool) -> Self {
        self.required = Some(required);
        self
    }

    /// What the check says of this machine.
    pub fn play(&self, check: &Check) -> Finding {
        let facts: Facts =
            crate::core::document::toml(self.host).unwrap_or_else(|error| panic!("`{}`: {error}\n{}", check.id, self.host));
        let plan = self.project.map(plan);
        examine(check, Case { facts: &facts, plan: plan.as_ref(), catalog: crate::core::doctor::embedded_catalog() })
    }
}

/// The plan of a project.
pub fn plan(project: Project) -> Plan {
    let targets: Vec<_> = project
        .targets
        .iter()
        .enumerate()
        .map(|(number, (target, build))| TargetPlan {
            target: *target,
            build: (*build).to_owned(),
            requirements: vec![format!("torch=={}", project.version)],
            sources: Vec::new(),
            venv: if number == 0 { ".venv".to_owned() } else { format!(".venv-{}", target.word()) },
            download_bytes: Some(3_000_000_000),
            installed_bytes: Some(5_500_000_000),
        })
        .collect();
    Plan {
        name: "first".to_owned(),
        framework: project.framework.to_owned(),
        title: project.framework.to_owned(),
        version: project.version.to_owned(),
        build: targets[0].build.clone(),
        index: "pypi".to_owned(),
        url: None,
        targets,
        python: project.python.to_owned(),
        packages: Vec::new(),
        dev: Vec::new(),
        indexes: Vec::new(),
        native: Vec::new(),
        extras: Vec::new(),
        strategy: "uv".to_owned(),
        import: "torch".to_owned(),
        proof: "torch".to_owned(),
        shell_env: BTreeMap::new(),
        pin: Pin {
            branch: String::new(),
            rev: String::new(),
            nar_hash: String::new(),
            last_modified: 0,
            source: String::new(),
            verified: String::new(),
        },
        catalog_date: "2026-11-21".to_owned(),
        reasons: Vec::new(),
        notes: Vec::new(),
        not_here: None,
        prereleases: false,
        resolved: Resolved::default(),
        hosts: Vec::new(),
        custom: BTreeMap::new(),
    }
}

mod tests {
    use super::*;
    use crate::core::doctor::ALL;

    #[test]
    fn every_check_has_been_seen_in_every_state() {
        let mut wrong = Vec::new();
        for check in ALL {
            let seen = |verdicts: &[Verdict]| check.examples.iter().any(|example| verdicts.contains(&example.verdict));
            for (what, there) in [
                ("fails", seen(&[Verdict::Fail, Verdict::Warn, Verdict::Note])),
                ("passes", seen(&[Verdict::Pass])),
                ("is skipped", seen(&[Verdict::Skipped])),
            ] {
                if !there {
                    wrong.push(format!("`{}`: no machine on which it {what}", check.id));
                }
            }
            let untried: Vec<_> =
                check.codes.iter().filter(|code| !check.examples.iter().any(|example| example.code == Some(**code))).collect();
            if !untried.is_empty() {
                wrong.push(format!("`{}`: no machine gives {untried:?}", check.id));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_example_comes_out_as_written() {
        let mut wrong = Vec::new();
        for check in ALL {
            for example in check.examples {
                let found = example.play(check);
                let (got, want) = ((found.verdict, found.code.as_deref()), (example.verdict, example.code));
                if got != want || example.required.is_some_and(|required| required != found.required) {
                    wrong.push(format!(
                        "`{}`: wanted {want:?} ({:?}), got {found:#?}\non {}",
                        check.id, example.required, example.host
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_finding_is_worth_reading() {
        let mut wrong = Vec::new();
        for check in ALL {
            for example in check.examples {
                let found = example.play(check);
                let mut must = vec![("seen", !found.seen.is_empty()), ("title", !found.title.is_empty())];
                if matches!(found.verdict, Verdict::Fail | Verdict::Warn) {
                    must.push(("cause", found.cause.is_some()));
                    must.push(("remedy", found.remedy.is_some()));
                }
                if let Some(code) = &found.code {
                    must.push(("code in its list", check.codes.contains(&code.as_str())));
                    must.push(("link", found.link.is_some()));
                }
                must.push(("title without a period", !found.title.ends_with('.')));
                wrong.extend(must.iter().filter(|(_, good)| !good).map(|(what, _)| format!("`{}`: {what}: {found:?}", check.id)));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// What no remedy may ever say, whatever the machine.
    #[test]
    fn no_remedy_asks_for_trust_it_should_not_have() {
        let banned = ["accept-flake-config", "sudo pip", "--impure", "NOPASSWD", "chmod 777", "chmod 666", "safe.directory '*'"];
        for check in ALL {
            for example in check.examples {
                let Some(remedy) = example.play(check).remedy else { continue };
                let commands = remedy.commands.iter().map(|command| command.shell.as_str()).collect::<Vec<_>>().join("\n");
                for word in banned {
                    let taken_out = check.id == "accept-flake-config" && !commands.contains(word);
                    assert!(taken_out || !remedy.say.contains(word) && !commands.contains(word), "`{}` says `{word}`", check.id);
                }
                let trusts = format!("{}\n{commands}", remedy.say);
                assert!(check.id == "trusted-user" || !trusts.contains("trusted-users"), "`{}` says trusted-users", check.id);
                assert!(
                    !(remedy.safe && remedy.commands.iter().any(|command| command.needs_root)),
                    "`{}`: root is not safe",
                    check.id
                );
                assert!(
                    remedy.commands.iter().all(|command| command.needs_root == command.shell.contains("sudo ")),
                    "`{}`: {commands}",
                    check.id
                );
            }
        }
    }
}
