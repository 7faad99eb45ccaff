//! Machines of which little is known: what may be drawn from it, and what may not.

use nixml::core::verdict::{DriverState, Machine, Recommended};

use crate::{catalog, facts, recommended, rows, short};

fn first(text: &str, framework: &str) -> String {
    short(&rows(&facts(text), framework, None)[0])
}

fn driver(text: &str) -> DriverState {
    Machine::new(&facts(text), catalog()).driver
}

/// The newest CUDA that a driver speaks tells the oldest driver that it can be.
#[test]
fn a_driver_is_known_by_the_cuda_it_speaks() {
    for (cuda, wsl, says) in [
        ("14.0", 0, "works 2.15.0 cu132"),
        ("13.0", 0, "works 2.15.0 cu132"),
        ("13.9", 2, "works 2.15.0 cu132"),
        ("12.4", 0, "works 2.14.1 cu126"),
        ("12.0", 0, "works 2.14.1 cu126"),
        // The first Windows driver of CUDA 12.0 is older than what CUDA 12 programs need.
        ("12.0", 2, "works 2.7.1 cu118"),
        ("12.1", 2, "works 2.14.1 cu126"),
        ("11.8", 0, "works 2.7.1 cu118"),
        ("11.0", 0, "driver-too-old 2.15.0 cpu"),
        ("10.2", 0, "driver-too-old 2.15.0 cpu"),
        ("6.5", 0, "cpu-only 2.15.0 cpu"),
    ] {
        let text = format!(
            "[os]\nkind = \"linux\"\narch = \"x86_64\"\nwsl = {wsl}\n[driver]\ncuda = \"{cuda}\"\n[[gpus]]\nvendor = \"nvidia\"\ncompute = \"8.6\"\n"
        );
        assert_eq!(first(&text, "pytorch"), says, "CUDA {cuda}, WSL {wsl}");
    }
    // CUDA 12.2 came with the 535 branch, which is what RAPIDS needs.
    assert_eq!(first("[driver]\ncuda = \"12.2\"\n[[gpus]]\nname = \"Tesla V100\"\n", "rapids"), "works 26.10.2 cu12");
    let told = rows(&facts("[driver]\ncuda = \"12.4\"\n[[gpus]]\nname = \"Tesla T4\"\n"), "pytorch", None).remove(0);
    assert!(told.reason.contains("by the CUDA it speaks"), "{}", told.reason);
}

#[test]
fn what_the_environment_says_counts_more_than_what_is_there() {
    let module = "[driver]\nversion = \"580.95\"\nkernel_module = \"550.163.01\"\n";
    assert!(matches!(driver(module), DriverState::Torn { .. }));
    let imagined = format!("{module}[sources]\n\"driver.version\" = \"override\"\n");
    assert_eq!(driver(&imagined).version().map(ToString::to_string).as_deref(), Some("580.95"));
    let cuda = "[driver]\nversion = \"580.95\"\ncuda = \"12.4\"\n[sources]\n\"driver.cuda\" = \"override\"\n";
    assert_eq!(driver(cuda).version().map(ToString::to_string).as_deref(), Some("550.54.14"));
    let both = format!("{cuda}\"driver.version\" = \"override\"\n");
    assert_eq!(driver(&both).version().map(ToString::to_string).as_deref(), Some("580.95"));
}

#[test]
fn versions_are_read_as_people_write_them() {
    for text in ["550.54.14", " 550.54.14 ", "550.54.14-server", "550.54.14+fix", "550"] {
        let state = driver(&format!("[driver]\nversion = \"{text}\"\n"));
        assert!(state.version().is_some_and(|version| version.major() == 550), "{text}: {state:?}");
    }
    for text in ["", "R550", "unknown", "N/A"] {
        assert_eq!(driver(&format!("[driver]\nversion = \"{text}\"\n")).version(), None, "{text}");
    }
    for (text, says) in [("8.6", "works 2.14.1 cu126"), ("86", "works 2.14.1 cu126"), ("sm_90a", "works 2.14.1 cu126")] {
        let card = format!("[driver]\nversion = \"550.54.14\"\n[[gpus]]\nvendor = \"nvidia\"\ncompute = \"{text}\"\n");
        assert_eq!(first(&card, "pytorch"), says, "{text}");
    }
    for text in ["", "-1.99", "0.0", "8", "x.y"] {
        let card = format!("[driver]\nversion = \"550.54.14\"\n[[gpus]]\nvendor = \"nvidia\"\ncompute = \"{text}\"\n");
        assert_eq!(first(&card, "pytorch"), "cpu-only 2.15.0 cpu", "{text}");
    }
}

#[test]
fn cards_are_known_by_the_words_of_their_names() {
    for (name, compute) in [
        ("NVIDIA GeForce RTX 4090 Laptop GPU", "8.9"),
        ("NVIDIA GeForce RTX 5070 Ti", "12.0"),
        ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", "12.0"),
        ("NVIDIA RTX 6000 Ada Generation", "8.9"),
        ("Quadro RTX 6000", "7.5"),
        ("NVIDIA RTX A6000", "8.6"),
        ("NVIDIA A10G", "8.6"),
        ("NVIDIA A10-24Q", "8.6"),
        ("NVIDIA A100-SXM4-80GB MIG 1g.10gb", "8.0"),
        ("Tesla V100-SXM2-16GB", "7.0"),
        ("Tesla T4", "7.5"),
        ("GRID T4-16Q", "7.5"),
        ("Tesla P100-PCIE-16GB", "6.0"),
        ("NVIDIA TITAN X (Pascal)", "6.1"),
        ("GeForce GTX TITAN X", "5.2"),
        ("GeForce MX150", "6.1"),
        ("Tesla K80", "3.7"),
        ("NVIDIA GH200 480GB", "9.0"),
        ("NVIDIA H100 NVL", "9.0"),
        ("NVIDIA B200", "10.0"),
        ("NVIDIA GB10", "12.1"),
        ("NVIDIA Jetson AGX Orin Developer Kit", "8.7"),
        ("NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super", "8.7"),
        ("NVIDIA Jetson Nano Developer Kit", "5.3"),
        ("NVIDIA Jetson AGX Thor Developer Kit", "11.0"),
        // what stands together is parted where nothing fits as it stands
        ("Tesla V100S-PCIE-32GB", "7.0"),
        ("GRID V100D-32Q", "7.0"),
        ("GRID A100DX-40C", "8.0"),
        ("NVIDIA H100XM-80C", "9.0"),
        ("RTX4090", "8.9"),
        ("GeForce RTX2080Ti", "7.5"),
        ("RTX 3080Ti", "8.6"),
        ("GTX1650Ti", "7.5"),
        ("NVIDIA RTXA6000-48Q", "8.6"),
        ("GRID RTX8000-48Q", "7.5"),
        ("GeForce GTX 960M 4GB", "5.0"),
        ("GeForce GTX 970M 4GB", "5.2"),
        ("Quadro M2000M", "5.0"),
        ("NVIDIA RTX PRO 5000 72GB Blackwell", "12.0"),
        ("GeForce GTX 780M", "3.0"),
        ("P106-090", "6.1"),
    ] {
        assert_eq!(catalog().compute_of(name).map(|compute| compute.to_string()).as_deref(), Some(compute), "{name}");
    }
    // Chips of different generations were sold under these, or nobody has heard of them.
    for name in ["NVIDIA GeForce GTX 860M", "NVIDIA RTX 4000", "NVIDIA GeForce RTX 6090", "NVIDIA Graphics Device", "GeForce"] {
        assert_eq!(catalog().compute_of(name), None, "{name}");
    }
}

#[test]
fn the_maker_is_known_by_its_words_or_its_number() {
    let unknown = "cpu-only 2.15.0 cpu";
    let other = "unsupported-platform 2.15.0 cpu";
    for (card, says) in [
        ("name = \"GeForce GTX 9999\"", unknown),
        ("name = \"Quadro NVS 42\"", unknown),
        ("pci_id = \"10de:ffff\"", unknown),
        ("name = \"Radeon RX 7900 XTX\"", other),
        ("name = \"Intel(R) Iris(R) Xe\"", other),
        ("pci_id = \"1002:744c\"", other),
        ("name = \"Advanced Thing\"", other),
    ] {
        let text = format!("[driver]\nversion = \"580.95.05\"\n[[gpus]]\n{card}\n");
        assert_eq!(first(&text, "pytorch"), says, "{card}");
    }
    // A card of Apple's is in a Mac, whatever else is known.
    assert_eq!(first("[os]\n[[gpus]]\nvendor = \"apple\"\nname = \"Apple M4\"\n", "pytorch"), "works 2.15.0 mps");
    assert_eq!(
        first("[os]\nkind = \"linux\"\narch = \"amd64\"\n[[gpus]]\nvendor = \"nvidia\"\ncompute = \"8.6\"\n", "pytorch"),
        unknown
    );
}

/// A driver alone is no card, and a card alone no driver: the processor is what is sure.
#[test]
fn half_a_machine_is_recommended_the_processor_or_told_what_is_missing() {
    let build = |text: &str| match recommended(&facts(text), "pytorch") {
        Recommended::Build { build, .. } => build,
        Recommended::Nothing { none, .. } => none,
    };
    for text in ["", "gpus = []\n", "[driver]\nversion = \"580.95.05\"\n", "[driver]\ncuda = \"13.0\"\n"] {
        assert_eq!(build(text), "cpu", "{text}");
        assert_eq!(rows(&facts(text), "pytorch", None).len(), 1, "{text}");
    }
    let alone = build("[[gpus]]\nvendor = \"nvidia\"\ncompute = \"8.6\"\n");
    assert!(alone.contains("no NVIDIA driver") && alone.contains("2.15.0 (cpu)"), "{alone}");
    let lost = "[driver]\nversion = \"580.95.05\"\n[[gpus]]\nvendor = \"nvidia\"\ncompute = \"8.6\"\nerror = \"lost\"\n";
    assert_eq!(build(lost), "cpu");
    assert_eq!(build(&format!("{lost}[[gpus]]\nvendor = \"nvidia\"\ncompute = \"8.6\"\n")), "cu132", "the good one counts");
}
