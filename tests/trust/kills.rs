//! Kill -9 and every refusal of the system, at every call that `init` makes of the file system: each file is old or whole, a
//! second run succeeds and leaves no litter, and `undo` still takes everything back.

use std::fs;
use std::process::Command;

use crate::room::{INIT, Room, Tree, litter};
use crate::support::skip;
use crate::traced::{self, Call};

/// A project before, and the command that changes it.
struct Scene {
    room: Room,
    arguments: Vec<&'static str>,
    /// What lies there before and after.
    old: Tree,
    new: Tree,
}

impl Scene {
    /// An empty room.
    fn fresh() -> Self {
        Self::of(Room::new(), &[])
    }

    /// A project that nixml wrote and a person changed; other answers.
    fn changed() -> Self {
        let room = Room::new();
        room.init(&["--python", "3.13"]).exits(0);
        let pyproject = room.path("demo/pyproject.toml");
        let edited = fs::read_to_string(&pyproject).unwrap() + "\n[tool.ruff]\nline-length = 99\n";
        fs::write(&pyproject, edited).unwrap();
        fs::write(room.path("demo/main.py"), "print('mine')\n").unwrap();
        Self::of(room, &["--python", "3.12", "--packages", "einops", "--extras", "vscode,jupyter"])
    }

    fn of(room: Room, more: &[&'static str]) -> Self {
        let arguments: Vec<&str> = INIT.iter().copied().chain(more.iter().copied()).collect();
        fs::create_dir_all(room.path("demo")).unwrap();
        copy(&room, "demo", "kept-demo");
        copy(&room, "home", "kept-home");
        let mut scene = Self { room, arguments, old: Tree::new(), new: Tree::new() };
        scene.old = scene.room.tree("demo");
        scene.room.run(&scene.arguments).exits(0);
        scene.new = scene.room.tree("demo");
        scene.reset();
        scene
    }

    /// Everything as before.
    fn reset(&self) {
        copy(&self.room, "kept-demo", "demo");
        copy(&self.room, "kept-home", "home");
        if self.old.is_empty() {
            fs::remove_dir_all(self.room.path("demo")).unwrap();
        }
    }

    /// The calls to try: every one, or each `step`th of those that change something.
    fn calls(&self, step: Option<usize>) -> Vec<Call> {
        let calls = traced::calls(&self.room, &self.arguments, step.is_none());
        self.reset();
        assert!(calls.iter().any(|call| call.name.starts_with("rename")) && calls.len() > 40, "{calls:?}");
        calls.into_iter().step_by(step.unwrap_or(1)).collect()
    }

    /// Each file is old or whole, whatever unfinished work lies beside them.
    fn assert_old_or_whole(&self, call: &Call) {
        for (path, bytes) in self.room.tree("demo") {
            let (old, new) = (self.old.get(&path), self.new.get(&path));
            let unfinished = path.contains(".nixml-");
            assert!(unfinished || old == Some(&bytes) || new == Some(&bytes), "{path} is torn after {call:?}");
        }
        let now = self.room.tree("demo");
        assert!(self.old.keys().all(|path| now.contains_key(path)), "a file is lost after {call:?}");
    }

    /// A second run succeeds, leaves what was wanted and nothing else; undo brings back what was, when `receipt` could be kept.
    fn assert_goes_on(&self, call: &Call, receipt: bool) {
        let again = self.room.run(&self.arguments);
        assert_eq!(again.code(), Some(0), "after {call:?}: {}", again.told());
        assert!(self.room.tree("demo") == self.new, "after {call:?}: {:?}", self.room.tree("demo").keys());
        assert_eq!(litter(&self.room.tree("home")), Vec::<&String>::new(), "after {call:?}");
        let undone = self.room.run(&["undo", "demo"]);
        if !receipt && matches!(undone.code(), Some(2 | 4)) {
            // As it was said: this run is not known, and what an earlier one wrote looks changed since.
            assert!(self.room.tree("demo") == self.new, "a refused undo after {call:?} changed something");
            return;
        }
        assert_eq!(undone.code(), Some(0), "after {call:?}: {}", undone.told());
        assert!(self.room.tree("demo") == self.old, "undo after {call:?}: {:?}", self.room.tree("demo").keys());
        let git = self.room.path("demo/.git");
        assert_eq!(git.exists(), !self.old.is_empty(), "the repository after {call:?}");
    }

    fn kill_everywhere(&self, step: Option<usize>) {
        let calls = self.calls(step);
        println!("{} calls", calls.len());
        let mut missed = 0;
        let all = calls.len();
        for call in calls {
            let ran = traced::tamper(&self.room, &call, "signal=KILL", &self.arguments);
            // What a child says comes in as many pieces as the moment gives: the last reads of one run are not there in another.
            missed += usize::from(ran.code() == Some(0) && call.is_a_look());
            assert!(ran.code().is_none() || ran.code() == Some(0) && call.is_a_look(), "{call:?}: {}", ran.told());
            // A git that it had started ends by itself.
            self.room.wait_alone();
            self.assert_old_or_whole(&call);
            self.assert_goes_on(&call, true);
            self.reset();
        }
        assert!(missed * 20 <= all, "{missed} of {all} calls were not met again");
    }

    fn refuse_everywhere(&self, step: Option<usize>, errors: &[&str]) {
        let calls = self.calls(step);
        println!("{} calls", calls.len());
        for (call, error) in calls.iter().flat_map(|call| errors.iter().map(move |error| (call, error))) {
            let ran = traced::tamper(&self.room, call, &format!("error={error}"), &self.arguments);
            let now = self.room.tree("demo");
            let left = litter(&now);
            // What could not be removed for the injected reason is swept by the next run.
            assert!(left.is_empty() || call.name.starts_with("unlink"), "{error} at {call:?} left {left:?}");
            match ran.code() {
                Some(0) => assert!(left.len() + self.new.len() == now.len(), "{error} at {call:?}: {:?}", now.keys()),
                Some(3 | 4) => {
                    assert!(now == self.old, "{error} at {call:?} was no refusal of everything: {:?}", now.keys());
                    assert!(ran.err().contains("error: ") && ran.err().contains('`'), "{error} at {call:?}: {}", ran.err());
                }
                other => panic!("{error} at {call:?}: {other:?} {}", ran.told()),
            }
            self.assert_goes_on(call, !ran.err().contains("so `nixml undo` will not know this run"));
            self.reset();
        }
    }
}

fn copy(room: &Room, from: &str, to: &str) {
    let _ = fs::remove_dir_all(room.path(to));
    let status = Command::new("cp").arg("-a").args([room.path(from), room.path(to)]).status().unwrap();
    assert!(status.success());
}

const WHY: &str = "strace is not installed, or may not trace here";

#[test]
fn a_new_project_survives_kill_nine_at_calls_all_over_the_run() {
    if !traced::possible() {
        skip!("{WHY}");
    }
    Scene::fresh().kill_everywhere(Some(13));
}

#[test]
fn a_changed_project_survives_kill_nine_at_calls_all_over_the_run() {
    if !traced::possible() {
        skip!("{WHY}");
    }
    Scene::changed().kill_everywhere(Some(9));
}

#[test]
fn every_refusal_of_the_system_is_all_or_nothing() {
    if !traced::possible() {
        skip!("{WHY}");
    }
    Scene::fresh().refuse_everywhere(Some(29), &["ENOSPC", "EACCES"]);
    Scene::changed().refuse_everywhere(Some(17), &["EIO"]);
}

#[test]
#[ignore = "long: every call"]
fn a_new_project_survives_kill_nine_at_every_call() {
    if !traced::possible() {
        skip!("{WHY}");
    }
    Scene::fresh().kill_everywhere(None);
}

#[test]
#[ignore = "long: every call"]
fn a_changed_project_survives_kill_nine_at_every_call() {
    if !traced::possible() {
        skip!("{WHY}");
    }
    Scene::changed().kill_everywhere(None);
}

#[test]
#[ignore = "long: every call that changes something, three errors each"]
fn every_refusal_at_every_call_is_all_or_nothing() {
    if !traced::possible() {
        skip!("{WHY}");
    }
    Scene::fresh().refuse_everywhere(Some(1), &["ENOSPC", "EACCES", "EIO"]);
    Scene::changed().refuse_everywhere(Some(1), &["ENOSPC", "EACCES", "EIO"]);
}
