//! Every `pyproject.toml` is one that uv reads without a word, locks for all three systems, and checks again as it is.

use nixml::core::data::Data;
use nixml::core::plan::Plan;
use nixml::core::render::render;
use nixml::core::uv_lock::stale;

use super::plans;
use super::support::index::{Index, Wheel};
use super::support::place::{Place, told};
use super::support::standin::Standin;
use super::support::{need, tools};

const PLATFORMS: &[&str] = &["py3-none-manylinux_2_28_x86_64", "py3-none-manylinux_2_28_aarch64"];

fn wheels() -> Vec<Wheel<'static>> {
    let one = |index, name, version| Wheel { index, name, version, tags: PLATFORMS, requires: &[] };
    vec![
        one("whl/cpu", "torch", "2.15.0+cpu"),
        one("whl/cpu", "torchvision", "0.29.2+cpu"),
        one("whl/cpu", "torch", "2.14.1+cpu"),
        one("whl/cpu", "torchvision", "0.29.1+cpu"),
        one("whl/cu126", "torch", "2.14.1+cu126"),
        one("whl/cu126", "torchvision", "0.29.1+cu126"),
    ]
}

/// Real PyPI, the PyTorch index answered for; both uvs; no warning, and a lock that is current.
#[test]
fn uv_locks_every_plan_without_a_warning() {
    let newest = need!(tools::uv(), "no uv: run scripts/install-tools");
    let standin = Standin::of(&newest);
    let python = need!(standin.newest_python(&["3.12", "3.13"]), "no Python 3.12 or 3.13");
    let program = standin.pythons[python].clone();
    let mut place = Place::new();
    let _index = need!(Index::start(&mut place, "download.pytorch.org", &wheels()), "no openssl");
    // torch of these indexes is a stand-in: not for the cache that other tests share
    place.set("UV_CACHE_DIR", place.at("uv-cache"));
    place.set("UV_PYTHON", program);
    place.set("UV_PYTHON_DOWNLOADS", "never");
    for uv in [newest, need!(tools::uv_of_the_pin(), "no uv 0.11")] {
        for plan in plans::all() {
            let plan = Plan { python: python.into(), ..plan };
            let all = render(&plan, &Data::embedded()).unwrap();
            let folder = place.at(&format!("project/{}-{}", plan.name, uv.parent().unwrap().file_name().unwrap().display()));
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("pyproject.toml"), all.text("pyproject.toml").unwrap()).unwrap();
            for arguments in [&["lock"][..], &["lock", "--check"], &["sync", "--locked", "--dry-run"]] {
                let output = place.command(&uv).args(arguments).current_dir(&folder).output().unwrap();
                let text = told(&output);
                // a project for Macs cannot be synced here, and says so
                let elsewhere = plan.name == "mac" && arguments[0] == "sync" && cfg!(target_os = "linux");
                assert!(output.status.success() != elsewhere, "{}: {} {arguments:?}: {text}", plan.name, uv.display());
                assert!(!text.contains("warning"), "{}: {} {arguments:?}: {text}", plan.name, uv.display());
                if arguments[0] == "sync" && !elsewhere {
                    is_right(&plan, &text);
                }
            }
            let lock = std::fs::read_to_string(folder.join("uv.lock")).unwrap();
            let asked = all.text("pyproject.toml").unwrap();
            assert_eq!(stale(asked, &lock), Some(false), "{}: fresh, as the doctor reads it", plan.name);
            let more = asked.replacen("dependencies = [", "dependencies = [\"einops\", ", 1);
            assert_eq!(stale(&more, &lock), Some(true), "{}: with one more package", plan.name);
        }
    }
}

/// What a bare `uv sync` would install on this machine: the first target's build.
fn is_right(plan: &Plan, text: &str) {
    let (wanted, absent): (&[&str], &[&str]) = match plan.name.as_str() {
        "demo" if plan.framework == "pytorch" => (&["torch==2.15.0", "nvidia-cublas==", "tqdm"], &["torch==2.15.0+cpu"]),
        "Older.Driver_2" => (&["torch==2.14.1+cpu"], &["nvidia", "+cu126"]),
        "single" => (&["torch==2.15.0+cpu"], &["nvidia"]),
        "rich" => (&["jax-cuda13-plugin==", "opencv-python-headless==", "pandas=="], &[]),
        "flow" => (&["tensorflow==2.21.0", "nvidia-cudnn-cu12=="], &[]),
        _ => (&[], &["nvidia-cublas-cu12"]),
    };
    // the host's own architecture decides what it shows; CUDA wheels of both are in the lock
    for word in wanted.iter().filter(|word| !word.starts_with("nvidia") || cfg!(target_arch = "x86_64")) {
        assert!(text.contains(word), "{}: no `{word}` in {text}", plan.name);
    }
    for word in absent {
        assert!(!text.contains(word), "{}: `{word}` in {text}", plan.name);
    }
}
