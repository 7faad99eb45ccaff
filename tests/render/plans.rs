//! Plans to render: one for each shape of project.

use std::collections::BTreeMap;

use nixml::core::plan::{Index, PackageSource, Pin, Plan, Target, TargetPlan};

const LINUX: &str = "sys_platform == 'linux'";

pub fn strings(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

pub fn pin() -> Pin {
    Pin {
        branch: "nixos-26.05".into(),
        rev: "f5c082a40f7571c266e74e80ae2e68aadd8a9fc7".into(),
        nar_hash: "sha256-cRrWlIjVRJ6BHDr9caUdXsZ3owzWIKYHpNmGPHBInIU=".into(),
        last_modified: 1_790_340_521,
        source: "research".into(),
        verified: "2026-11-21".into(),
    }
}

fn index_of(name: &str) -> Index {
    Index { name: name.into(), url: format!("https://download.pytorch.org/whl/{}", name.trim_start_matches("pytorch-")) }
}

pub fn target(target: Target, build: &str, requirements: &[&str], from: Option<&str>) -> TargetPlan {
    let sources = from.into_iter().flat_map(|index| {
        requirements.iter().map(move |requirement| PackageSource {
            package: requirement.split("==").next().unwrap().into(),
            index: index.into(),
            marker: Some(LINUX.into()),
        })
    });
    TargetPlan {
        target,
        build: build.into(),
        requirements: strings(requirements),
        sources: sources.collect(),
        venv: ".venv".into(),
        download_bytes: (target == Target::Cuda).then_some(3_140_000_000),
        installed_bytes: (target == Target::Cuda).then_some(6_020_000_000),
    }
}

/// A plan of these targets, the first the default.
pub fn plan(name: &str, framework: &str, version: &str, mut targets: Vec<TargetPlan>) -> Plan {
    for target in targets.iter_mut().skip(1) {
        target.venv = format!(".venv-{}", target.target.word());
    }
    let used: Vec<String> = targets.iter().flat_map(|target| &target.sources).map(|source| source.index.clone()).collect();
    let mut indexes: Vec<Index> = Vec::new();
    for name in used {
        if indexes.iter().all(|index| index.name != name) {
            indexes.push(index_of(&name));
        }
    }
    let (title, import, proof) = match framework {
        "pytorch" => ("PyTorch", "torch", "torch"),
        "jax" => ("JAX", "jax", "jax"),
        "tensorflow" => ("TensorFlow", "tensorflow", "tensorflow"),
        "scikit-learn" => ("scikit-learn", "sklearn", "fit"),
        "vllm" => ("vLLM", "vllm", "torch"),
        "lightgbm" => ("LightGBM", "lightgbm", "lightgbm"),
        other => (other, other, "generic"),
    };
    Plan {
        name: name.into(),
        framework: framework.into(),
        title: title.into(),
        version: version.into(),
        build: targets[0].build.clone(),
        index: targets[0].sources.first().map_or_else(|| "pypi".into(), |source| source.index.clone()),
        url: None,
        targets,
        prereleases: framework == "vllm",
        python: "3.13".into(),
        packages: vec![],
        dev: vec![],
        indexes,
        native: vec![],
        extras: vec![],
        strategy: "uv".into(),
        import: import.into(),
        proof: proof.into(),
        shell_env: BTreeMap::new(),
        pin: pin(),
        catalog_date: "2026-11-21".into(),
        reasons: vec![],
        notes: vec![],
        not_here: None,
        resolved: nixml::core::choices::Resolved::default(),
        hosts: strings(&["pypi.org", "files.pythonhosted.org", "cache.nixos.org"]),
        custom: BTreeMap::new(),
    }
}

/// JAX on the CPU: one target, everything from PyPI.
pub fn jax_cpu() -> Plan {
    plan("demo", "jax", "0.12.0.1", vec![target(Target::Cpu, "cpu", &["jax==0.12.0.1"], None)])
}

/// PyTorch for both targets, the CUDA build from PyPI.
pub fn pytorch_both() -> Plan {
    let wheels = ["torch==2.15.0", "torchvision==0.29.2"];
    let targets = vec![target(Target::Cuda, "cu132", &wheels, None), target(Target::Cpu, "cpu", &wheels, Some("pytorch-cpu"))];
    Plan {
        packages: strings(&["tqdm"]),
        dev: strings(&["ipykernel"]),
        extras: strings(&["jupyter", "direnv", "vscode", "github-actions"]),
        ..plan("demo", "pytorch", "2.15.0", targets)
    }
}

/// PyTorch for both targets with a build for older drivers: two named indexes, the CPU first.
pub fn pytorch_older() -> Plan {
    let wheels = ["torch==2.14.1", "torchvision==0.29.1"];
    let targets = vec![
        target(Target::Cpu, "cpu", &wheels, Some("pytorch-cpu")),
        target(Target::Cuda, "cu126", &wheels, Some("pytorch-cu126")),
    ];
    plan("Older.Driver_2", "pytorch", "2.14.1", targets)
}

/// Everything else that changes a file: a single CUDA target, native libraries, variables, an answer of an instructor.
pub fn rich() -> Plan {
    Plan {
        native: strings(&["libGL", "glib"]),
        shell_env: BTreeMap::from([
            ("KERAS_BACKEND".into(), "jax".into()),
            ("WITH_QUOTES".into(), "a \"b\" ${c} \\ '' é".into()),
        ]),
        custom: BTreeMap::from([("team".into(), strings(&["red"]))]),
        packages: strings(&["pandas>=2", "opencv-python-headless ; python_version < '4'"]),
        ..plan(
            "rich",
            "jax",
            "0.12.0.1",
            vec![target(Target::Cuda, "cu13", &["jax==0.12.0.1", "jax[cuda13]==0.12.0.1 ; sys_platform == 'linux'"], None)],
        )
    }
}

pub fn all() -> Vec<Plan> {
    let sklearn = plan("fit", "scikit-learn", "1.9.1", vec![target(Target::Cpu, "cpu", &["scikit-learn==1.9.1"], None)]);
    let mac = plan("mac", "mlx", "0.32.4", vec![target(Target::Mps, "mps", &["mlx==0.32.4"], None)]);
    let served = plan(
        "served",
        "vllm",
        "0.32.0",
        vec![target(
            Target::Cuda,
            "cu130",
            &["vllm==0.32.0 ; sys_platform == 'linux' and (platform_machine == 'x86_64' or platform_machine == 'aarch64')"],
            None,
        )],
    );
    let single = plan("single", "pytorch", "2.15.0", vec![target(Target::Cpu, "cpu", &["torch==2.15.0"], Some("pytorch-cpu"))]);
    let flow = plan(
        "flow",
        "tensorflow",
        "2.21.0",
        vec![
            target(Target::Cuda, "cu12", &["tensorflow==2.21.0", "tensorflow[and-cuda]==2.21.0 ; sys_platform == 'linux'"], None),
            target(Target::Cpu, "cpu", &["tensorflow==2.21.0"], None),
        ],
    );
    vec![jax_cpu(), pytorch_both(), pytorch_older(), rich(), sklearn, mac, served, single, flow]
}
