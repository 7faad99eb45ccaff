//! Plans from answers, a machine and nixml's own catalog.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

use nixml::core::catalog::Catalog;
use nixml::core::choices::Choices;
use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::failure::Failure;
use nixml::core::plan::{Conflict, Plan, Target, decide};

fn catalog() -> Catalog {
    Catalog::load(&Data::embedded()).unwrap()
}

fn choices(framework: &str, targets: &[Target]) -> Choices {
    Choices { targets: (!targets.is_empty()).then(|| targets.to_vec()), ..Choices::of("demo", framework) }
}

/// A Linux machine with one card.
fn machine(driver: &str, compute: &str) -> Facts {
    toml::from_str(&format!(
        "schema = 1\n[os]\nkind = \"linux\"\narch = \"x86_64\"\n[driver]\nversion = \"{driver}\"\n[[gpus]]\nindex = 0\nname = \"NVIDIA Card\"\nvendor = \"nvidia\"\ncompute = \"{compute}\"\n"
    ))
    .unwrap()
}

fn bare() -> Facts {
    toml::from_str("gpus = []\n[os]\nkind = \"linux\"\narch = \"x86_64\"\n").unwrap()
}

fn plan(choices: &Choices, facts: &Facts) -> Result<Plan, Conflict> {
    decide(choices, facts, &catalog())
}

#[test]
fn the_machine_decides_the_target_when_nobody_does() {
    for (facts, build) in [
        (bare(), "cpu"),
        (machine("580.95.05", "8.6"), "cu13"),
        (machine("550.54.14", "8.6"), "cu12"),
        (machine("440.33", "8.6"), "cpu"),
    ] {
        let plan = plan(&choices("jax", &[]), &facts).unwrap();
        assert_eq!((plan.build.as_str(), plan.not_here), (build, None), "{:?}", plan.reasons);
    }
}

#[test]
fn a_cuda_project_can_be_made_on_a_machine_that_cannot_run_it() {
    let plan = plan(&choices("jax", &[Target::Cuda]), &bare()).unwrap();
    assert_eq!((plan.build.as_str(), plan.not_here.as_deref()), ("cu13", Some("this machine has no NVIDIA card")));
}

#[test]
fn two_targets_have_one_version() {
    let plan = plan(&choices("jax", &[Target::Cuda, Target::Cpu]), &machine("550.54.14", "7.0")).unwrap();
    let venvs: Vec<&str> = plan.targets.iter().map(|target| target.venv.as_str()).collect();
    assert_eq!(venvs, [".venv", ".venv-cpu"]);
    assert_eq!(plan.targets[1].requirements, [format!("jax=={}", plan.version)]);
    let cuda = &plan.targets[0].requirements;
    assert_eq!(cuda[1], format!("jax[cuda12]=={} ; sys_platform == 'linux'", plan.version));
    assert!(cuda[2].starts_with("nvidia-cudnn-cu12==9.10.2.21"), "{cuda:?}");
    assert_eq!(plan.resolved.pins.len(), 1);
}

#[test]
fn driver_580_takes_the_libraries_of_its_own_cuda() {
    let pinned = |driver: &str| {
        plan(&choices("jax", &[Target::Cuda]), &machine(driver, "8.9")).unwrap().targets[0].requirements.len() == 3
    };
    assert!(pinned("580.65.06") && !pinned("595.45.04"));
}

#[test]
fn what_was_resolved_is_taken_again_on_another_machine() {
    let mut answers = choices("jax", &[Target::Cuda, Target::Cpu]);
    let first = plan(&answers, &machine("550.54.14", "7.0")).unwrap();
    answers.python = Some(first.python.clone());
    answers.resolved = Some(first.resolved.clone());
    let mac = toml::from_str("gpus = []\n[os]\nkind = \"macos\"\narch = \"aarch64\"\n").unwrap();
    for facts in [bare(), machine("580.95.05", "12.0"), machine("595.45.04", "8.9"), mac] {
        let again = plan(&answers, &facts).unwrap();
        assert_eq!((&again.targets, &again.resolved, &again.notes), (&first.targets, &first.resolved, &first.notes));
    }
}

#[test]
fn answers_that_cannot_go_together_are_refused_with_a_way_out() {
    let mut own_name = choices("scikit-learn", &[]);
    own_name.name = "Scikit_Learn".to_owned();
    let mut old_python = choices("jax", &[]);
    old_python.python = Some("3.10".to_owned());
    let mut version = choices("jax", &[]);
    version.packages = vec!["jax<0.5".to_owned()];
    for (answers, between) in [
        (choices("no-such", &[]), vec!["framework"]),
        (choices("scikit-learn", &[Target::Cuda]), vec!["targets", "framework"]),
        (choices("jax", &[Target::Rocm]), vec!["targets"]),
        (own_name, vec!["name", "packages"]),
        (old_python, vec!["python"]),
        (version, vec!["framework", "packages"]),
    ] {
        let conflict = plan(&answers, &bare()).unwrap_err();
        assert_eq!(conflict.between, between, "{conflict:?}");
        assert!(!conflict.ways_out.is_empty(), "{conflict:?}");
        let failure = Failure::from(conflict);
        assert!(failure.exit.code() == 2 && failure.why.is_some() && failure.next.is_some());
    }
}

#[test]
fn a_package_of_the_framework_chooses_its_release() {
    let mut answers = choices("jax", &[Target::Cpu]);
    answers.packages = vec!["jax<0.12".to_owned(), "Pandas>=2".to_owned(), "opencv-python".to_owned()];
    answers.python = Some("3.11".to_owned());
    let plan = plan(&answers, &bare()).unwrap();
    assert_eq!((plan.version.as_str(), plan.python.as_str()), ("0.10.2", "3.11"));
    assert_eq!(plan.packages, ["pandas>=2", "opencv-python"]);
    assert_eq!(plan.native, ["libGL", "glib"]);
}

#[test]
fn a_mistake_in_the_catalog_names_file_and_key() {
    for (file, from, to, says) in [
        ("frameworks/jax.toml", "ptx = {", "pxt = {", "pxt"),
        ("frameworks/jax.toml", "id = \"jax\"", "id = \"jacks\"", "file's name"),
        ("frameworks/jax.toml", "cuda = \"13.0\"", "cuda = \"9.0\"", "floor"),
        ("frameworks/scikit-learn.toml", "\"3.11\"", "\"3.1\"", "3.1"),
        ("frameworks/scikit-learn.toml", "{version}", "{vision}", "vision"),
        ("cuda.toml", "verified = \"2026-11-21\"", "verified = \"today\"", "verified"),
        ("cuda.toml", "linux = \"580\"", "linux = \"new\"", "not a version"),
    ] {
        let path = format!("assets/catalog/{file}");
        let text = Data::embedded().text(&path).unwrap().replacen(from, to, 1);
        let failure = Catalog::load(&Data::embedded().overlaid([(path, text)])).unwrap_err();
        let why = failure.why.clone().unwrap();
        assert_eq!(failure.exit.code(), 2);
        assert!(why.contains(says), "{failure}");
        assert!(failure.what.contains(file.split('/').next_back().unwrap()) || says == "verified", "{failure}");
    }
}

#[test]
fn a_framework_is_one_file() {
    let path = "assets/catalog/frameworks/tinygrad.toml".to_owned();
    let text = r#"
        schema = 1
        id = "tinygrad"
        title = "tinygrad"
        summary = "a small framework"
        order = 99
        import = "tinygrad"
        proof = "tinygrad"
        provides = ["tinygrad"]
        requirements = ["tinygrad=={version}"]
        source = "a test"
        verified = "2026-11-21"
        [[release]]
        version = "1.0"
        python = ["3.13"]
        source = "a test"
        verified = "2026-11-21"
        [[build]]
        id = "cpu"
        systems = ["x86_64-linux"]
        source = "a test"
        verified = "2026-11-21"
    "#;
    let catalog = Catalog::load(&Data::embedded().overlaid([(path, text.to_owned())])).unwrap();
    let plan = decide(&choices("tinygrad", &[]), &bare(), &catalog).unwrap();
    assert_eq!(plan.targets[0].requirements, ["tinygrad==1.0"]);
}

#[test]
fn frameworks_beside_each_other_are_told_or_refused() {
    let ask = |framework: &str, targets: &[Target], package: &str, facts: &Facts| {
        let mut answers = choices(framework, targets);
        answers.packages = vec![package.to_owned()];
        plan(&answers, facts)
    };
    let new = machine("580.95.05", "8.6");
    let old = machine("550.54.14", "8.6");
    let cuda = [Target::Cuda];
    // vLLM fixes its PyTorch.
    let conflict = ask("vllm", &cuda, "torch==2.15.0", &new).unwrap_err();
    assert!(conflict.between == ["framework", "packages"] && conflict.why.contains("2.13.0"), "{conflict:?}");
    assert!(ask("vllm", &cuda, "torch", &new).is_ok());
    // PyTorch from PyPI is of CUDA 13: on an old driver it cannot see the card.
    let conflict = ask("jax", &cuda, "torch", &old).unwrap_err();
    assert!(conflict.ways_out.iter().any(|way| way.value.as_deref() == Some("pytorch")), "{conflict:?}");
    assert!(conflict.ways_out.iter().any(|way| way.value.as_deref() == Some("torch==2.10.0")), "{conflict:?}");
    assert!(ask("jax", &cuda, "torch==2.10.0", &old).is_ok());
    // Two CUDA majors cost twice.
    let notes = ask("pytorch", &cuda, "tensorflow[and-cuda]", &new).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("CUDA 13") && note.contains("CUDA 12") && note.contains("GB")), "{notes:?}");
    let notes = ask("pytorch", &cuda, "jax[cuda13]", &new).unwrap().notes;
    assert!(notes.is_empty(), "one CUDA major is no cost: {notes:?}");
    let notes = ask("pytorch", &cuda, "jax", &new).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("runs on the CPU")), "{notes:?}");
    let notes = ask("jax", &[Target::Cpu], "torch", &bare()).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("CUDA 13") && note.contains("cpu target")), "{notes:?}");
}

#[test]
fn a_second_framework_takes_part_in_choosing_python() {
    let mut answers = choices("jax", &[Target::Cpu]);
    answers.packages = vec!["tensorflow".to_owned()];
    answers.python = Some("3.14".to_owned());
    let conflict = plan(&answers, &bare()).unwrap_err();
    assert_eq!(conflict.between, ["packages", "python"]);
    answers.python = None;
    assert_eq!(plan(&answers, &bare()).unwrap().python, "3.13");
}

#[test]
fn companions_come_in_the_version_and_from_the_index_that_fit() {
    let mut answers = choices("pytorch", &[Target::Cuda, Target::Cpu]);
    answers.packages = vec!["torchaudio".to_owned(), "torch<2.11".to_owned()];
    let plan = plan(&answers, &machine("550.54.14", "8.6")).unwrap();
    assert_eq!((plan.version.as_str(), plan.build.as_str(), plan.index.as_str()), ("2.10.0", "cu128", "pypi"));
    for target in &plan.targets {
        assert_eq!(target.requirements, ["torch==2.10.0", "torchvision==0.25.0", "torchaudio==2.10.0"]);
    }
    assert!(plan.targets[0].sources.is_empty() && plan.targets[1].sources.len() == 3);
    assert!(plan.packages.is_empty(), "{:?}", plan.packages);
}

#[test]
fn a_framework_on_another_one_brings_both() {
    let plan = plan(&choices("keras", &[Target::Cuda, Target::Cpu]), &machine("580.95.05", "8.6")).unwrap();
    assert_eq!(plan.shell_env.get("KERAS_BACKEND").map(String::as_str), Some("jax"));
    assert_eq!(plan.resolved.base_version.as_deref(), Some("0.12.0.1"));
    assert!(plan.targets[1].requirements.iter().any(|text| text == "jax==0.12.0.1"), "{:?}", plan.targets);
}

#[test]
fn why_it_does_not_run_here_says_what_would_help() {
    let plan = plan(&choices("pytorch", &[Target::Cuda]), &machine("440.33", "8.6")).unwrap();
    let why = plan.not_here.unwrap();
    assert!(why.contains("440.33") && why.contains("580"), "{why}");
}

#[test]
fn an_extra_that_is_a_build_chooses_it_or_is_refused() {
    let mut answers = choices("jax", &[Target::Cuda]);
    answers.packages = vec!["jax[cuda12]".to_owned()];
    let chosen = plan(&answers, &machine("595.45.04", "8.9")).unwrap();
    assert_eq!(chosen.build, "cu12");
    assert!(chosen.targets[0].requirements.iter().all(|text| !text.contains("cuda13")), "{:?}", chosen.targets[0].requirements);
    answers.targets = Some(vec![Target::Cuda, Target::Cpu]);
    assert_eq!(plan(&answers, &bare()).unwrap_err().between, ["packages", "targets"]);
    let mut extra = choices("transformers", &[Target::Cpu]);
    extra.packages = vec!["transformers[sentencepiece]".to_owned()];
    let requirements = plan(&extra, &bare()).unwrap().targets[0].requirements.clone();
    assert!(requirements.iter().any(|text| text.starts_with("transformers[sentencepiece]==")), "{requirements:?}");
}

/// A package that loads a library of the system brings its name into flake.nix; a package of another one's does not.
#[test]
fn packages_bring_their_native_libraries() {
    for (package, native) in [
        ("opencv-python", &["libGL", "glib"][..]),
        ("opencv-python-headless", &[]),
        ("soundfile>=0.13", &["libsndfile"]),
        ("sounddevice", &["portaudio"]),
        ("TorchCodec", &["ffmpeg"]),
        ("python_magic", &["file"]),
        ("weasyprint[x]", &["pango", "glib", "harfbuzz", "fontconfig"]),
        ("mujoco ; sys_platform == 'linux'", &["libGL"]),
        ("pandas", &[]),
    ] {
        let mut answers = choices("scikit-learn", &[]);
        answers.packages = vec![package.to_owned()];
        assert_eq!(plan(&answers, &bare()).unwrap().native, native, "{package}");
    }
    let mut answers = choices("scikit-learn", &[]);
    answers.packages = vec!["opencv-python".to_owned(), "mujoco".to_owned()];
    assert_eq!(plan(&answers, &bare()).unwrap().native, ["libGL", "glib"], "once each");
}
