//! Odd machines: WSL, other processors, Macs, boards, other makers, several cards, little known.

use nixml::core::verdict::Recommended;

use crate::{facts, machine, recommended, rows, short};

fn row(text: &str, framework: &str) -> nixml::core::verdict::Row {
    rows(&facts(text), framework, None).remove(0)
}

fn card(compute: &str) -> String {
    format!("[[gpus]]\nvendor = \"nvidia\"\nname = \"a card\"\ncompute = \"{compute}\"\n")
}

#[test]
fn wsl_goes_by_the_windows_driver() {
    let wsl = |driver: &str, wsl: u8| {
        format!(
            "[os]\nkind = \"linux\"\narch = \"x86_64\"\nwsl = {wsl}\n[driver]\nversion = \"{driver}\"\nkernel_module = \"1.2.3\"\n{}",
            card("8.6")
        )
    };
    for (driver, says) in [
        ("580.88", "works 2.15.0 cu132"),
        ("576.02", "works 2.14.1 cu126"),
        ("528.33", "works 2.14.1 cu126"),
        ("528.24", "works 2.7.1 cu118"),
        ("526.98", "works 2.7.1 cu118"),
        ("452.39", "works 2.7.1 cu118"),
        ("452.06", "driver-too-old 2.15.0 cpu"),
    ] {
        assert_eq!(short(&row(&wsl(driver, 2), "pytorch")), says, "{driver}");
    }
    let first = row(&wsl("576.02", 2), "pytorch");
    assert!(first.reason.contains("Windows driver") && first.unlocks[0].change.contains("Windows driver 580"), "{first:?}");
    assert_eq!(short(&row(&wsl("580.88", 1), "pytorch")), "unsupported-platform 2.15.0 cpu");
}

#[test]
fn arm_servers_have_fewer_builds() {
    let arm = |driver: &str, compute: &str| {
        format!("[os]\nkind = \"linux\"\narch = \"aarch64\"\n[driver]\nversion = \"{driver}\"\n{}", card(compute))
    };
    for (driver, compute, framework, says) in [
        ("580.95.05", "9.0", "pytorch", "works 2.15.0 cu132"),
        ("550.54.15", "9.0", "pytorch", "works 2.14.1 cu126"),
        ("580.95.05", "12.1", "pytorch", "works 2.15.0 cu132"),
        ("580.95.05", "7.5", "pytorch", "no-kernels 2.15.0 cpu"),
        ("580.95.05", "9.0", "tensorflow", "unsupported-platform 2.21.0 cpu"),
        ("580.95.05", "9.0", "jax", "works 0.12.0.1 cu13"),
        ("580.95.05", "9.0", "vllm", "works 0.32.0 cu130"),
    ] {
        assert_eq!(short(&row(&arm(driver, compute), framework)), says, "{driver} {compute} {framework}");
    }
}

#[test]
fn boards_are_told_honestly() {
    let board = |driver: &str, compute: &str| {
        format!("[os]\nkind = \"linux\"\narch = \"aarch64\"\njetson = true\n[driver]\nversion = \"{driver}\"\n{}", card(compute))
    };
    for (driver, compute) in [("540.4.0", "8.7"), ("540.3.0", "7.2"), ("35.1", "6.2"), ("540.4.0", "5.3")] {
        let row = row(&board(driver, compute), "pytorch");
        assert_eq!(short(&row), "unsupported-platform 2.15.0 cpu", "{compute}");
        assert!(row.reason.contains("Jetson"), "{}", row.reason);
    }
    assert_eq!(short(&row(&board("580.00", "11.0"), "pytorch")), "works 2.15.0 cu132");
    let elsewhere = row(&format!("[driver]\nversion = \"580.95\"\n{}", card("11.0")), "pytorch");
    assert_eq!(short(&elsewhere), "unsupported-platform 2.15.0 cpu");
}

#[test]
fn macs_use_their_own_chip() {
    let mac = |version: &str| {
        facts(&format!(
            "[os]\nkind = \"macos\"\narch = \"aarch64\"\nversion = \"{version}\"\n[[gpus]]\nvendor = \"apple\"\nname = \"Apple M3\"\n"
        ))
    };
    for (version, framework, on_the_card, on_the_processor) in [
        ("15.1", "pytorch", "works 2.15.0 mps", "works 2.15.0 cpu"),
        // The Apple GPU wants more than the wheels do: macOS 14 from PyTorch 2.9 on, 13 before.
        ("13.6", "pytorch", "works 2.8.0 mps", "works 2.11.0 cpu"),
        ("12.6", "pytorch", "unsupported-platform 2.11.0 cpu", "works 2.11.0 cpu"),
        ("13.6", "onnxruntime", "unsupported-platform", "unsupported-platform"),
        ("15.1", "mlx", "works 0.32.4 mps", "works 0.32.4 cpu"),
        ("15.1", "jax", "unsupported-platform 0.12.0.1 cpu", "works 0.12.0.1 cpu"),
        ("15.1", "vllm", "unsupported-platform", "unsupported-platform"),
        ("15.1", "scikit-learn", "cpu-only 1.9.1 cpu", "works 1.9.1 cpu"),
    ] {
        let rows = rows(&mac(version), framework, None);
        assert_eq!(
            [short(&rows[0]), short(&rows[1])],
            [on_the_card, on_the_processor],
            "{framework} on macOS {version}: {}",
            rows[0].reason
        );
        assert!(rows.iter().all(|row| row.url.is_none()), "a Mac takes wheels from PyPI");
    }
    let old = rows(&mac("13.6"), "pytorch", None).remove(0);
    assert!(old.unlocks[0].change.contains("macOS 14") && old.reason.contains("macOS 14"), "{old:?}");
    // and the plan is what the verdict says
    for (version, build) in [("15.1", "2.15.0 mps"), ("13.6", "2.8.0 mps"), ("12.6", "2.11.0 cpu")] {
        let choices = nixml::core::choices::Choices::of("demo", "pytorch");
        let plan = nixml::core::plan::decide(&choices, &mac(version), crate::catalog()).unwrap();
        assert_eq!(format!("{} {}", plan.version, plan.build), build, "{:?}", plan.reasons);
    }
    let plan = nixml::core::choices::Choices::of("demo", "onnxruntime");
    let plan = nixml::core::plan::decide(&plan, &mac("13.6"), crate::catalog()).unwrap();
    assert!(plan.not_here.is_some_and(|why| why.contains("macOS 14")));
    let intel = facts("gpus = []\n[os]\nkind = \"macos\"\narch = \"x86_64\"\n");
    assert_eq!(short(&rows(&intel, "pytorch", None)[0]), "unsupported-platform");
}

#[test]
fn other_makers_are_named() {
    for (vendor, name) in [("amd", "AMD Radeon RX 7900 XTX"), ("intel", "Intel Iris Xe")] {
        let row = row(&format!("[[gpus]]\nvendor = \"{vendor}\"\nname = \"{name}\"\n"), "pytorch");
        assert_eq!(short(&row), "unsupported-platform 2.15.0 cpu");
        assert!(row.reason.contains(name), "{}", row.reason);
    }
    let laptop = facts(
        "[driver]\nversion = \"580.95.05\"\n[[gpus]]\nvendor = \"amd\"\nname = \"AMD Radeon 780M\"\n[[gpus]]\nvendor = \"nvidia\"\nname = \"RTX 4060\"\ncompute = \"8.9\"\n",
    );
    assert!(matches!(recommended(&laptop, "pytorch"), Recommended::Build { build, .. } if build == "cu132"));
}

#[test]
fn several_cards_are_served_together_or_not_at_all() {
    let pair = |driver: &str, first: &str, second: &str| {
        facts(&format!("[driver]\nversion = \"{driver}\"\n{}{}", card(first), card(second)))
    };
    let both = pair("580.95.05", "6.1", "8.6");
    let each: Vec<String> = rows(&both, "pytorch", None).iter().map(short).collect();
    assert_eq!(each, ["works 2.14.1 cu126", "works 2.15.0 cu132", "works 2.15.0 cpu"]);
    assert!(
        matches!(recommended(&both, "pytorch"), Recommended::Build { version, build, .. } if version == "2.14.1" && build == "cu126")
    );
    let far = pair("580.95.05", "6.1", "12.0");
    let Recommended::Nothing { none, .. } = recommended(&far, "pytorch") else { panic!("one build for Pascal and Blackwell") };
    assert!(none.contains("2.14.1 cu126") && none.contains("2.15.0 cu132") && none.contains("processor"), "{none}");
    assert!(matches!(recommended(&far, "scikit-learn"), Recommended::Build { build, .. } if build == "cpu"));
}

#[test]
fn what_is_not_known_is_said_and_not_guessed() {
    let no_compute = row("[driver]\nversion = \"580.95.05\"\n[[gpus]]\nvendor = \"nvidia\"\n", "pytorch");
    assert_eq!(short(&no_compute), "cpu-only 2.15.0 cpu");
    assert!(no_compute.reason.contains("not known") && no_compute.unlocks.is_empty(), "{no_compute:?}");
    let too_old = row("[driver]\nversion = \"440.33\"\n[[gpus]]\nvendor = \"nvidia\"\n", "pytorch");
    assert_eq!(short(&too_old), "driver-too-old 2.15.0 cpu");
    let between = row("[driver]\nversion = \"550.54.14\"\n[[gpus]]\nvendor = \"nvidia\"\n", "pytorch");
    assert_eq!(short(&between), "cpu-only 2.15.0 cpu");
    let no_driver = row(&card("8.6"), "pytorch");
    assert_eq!(short(&no_driver), "cpu-only 2.15.0 cpu");
    assert!(
        no_driver.unlocks.last().is_some_and(|unlock| unlock.change.contains("580") && unlock.build == "cu132" && unlock.needed),
        "{no_driver:?}"
    );
    let nouveau = row("[[gpus]]\nvendor = \"nvidia\"\ncompute = \"8.6\"\nkernel_driver = \"nouveau\"\n", "pytorch");
    assert!(nouveau.reason.contains("nouveau"), "{}", nouveau.reason);
    let torn = row(&format!("[driver]\nversion = \"580.95.05\"\nkernel_module = \"575.57.08\"\n{}", card("8.6")), "pytorch");
    assert!(short(&torn) == "cpu-only 2.15.0 cpu" && torn.unlocks[0].change.contains("restart"), "{torn:?}");
    let dead = row(&format!("[driver]\nversion = \"580.95.05\"\n{}error = \"fell off the bus\"\n", card("8.6")), "pytorch");
    assert!(short(&dead) == "cpu-only 2.15.0 cpu" && dead.reason.contains("fell off the bus"), "{dead:?}");
    let by_cuda = row(&format!("[driver]\ncuda = \"12.4\"\n{}", card("8.6")), "pytorch");
    assert_eq!(short(&by_cuda), "works 2.14.1 cu126");
    let by_name = row(
        "[driver]\nversion = \"550.54.14\"\n[[gpus]]\nvendor = \"nvidia\"\nname = \"NVIDIA GeForce RTX 4090 Laptop GPU\"\n",
        "pytorch",
    );
    assert!(short(&by_name) == "works 2.14.1 cu126" && by_name.reason.contains("name"), "{by_name:?}");
    assert_eq!(rows(&facts(""), "pytorch", None).len(), 1, "unknown cards make no rows");
}

#[test]
fn cards_nobody_has_seen_go_by_the_rules() {
    for (driver, compute, says) in [
        ("615.20", "13.0", "jit-only 2.15.0 cu132"),
        ("580.95.05", "13.0", "jit-only 2.14.1 cu130"),
        ("615.20", "12.9", "works 2.15.0 cu132"),
        ("615.20", "10.7", "works 2.15.0 cu132"),
        ("470.82.01", "3.7", "no-kernels 2.15.0 cpu"),
    ] {
        assert_eq!(short(&rows(&machine(driver, compute), "pytorch", None)[0]), says, "{driver} {compute}");
    }
}

#[test]
fn unlocks_say_what_a_driver_gives_and_whether_it_is_needed() {
    let works = rows(&machine("550.54.14", "8.6"), "pytorch", None).remove(0);
    let unlock = &works.unlocks[0];
    assert_eq!((unlock.version.as_str(), unlock.build.as_str(), unlock.needed), ("2.15.0", "cu132", false));
    assert!(unlock.change.contains("driver 580") && unlock.change.contains("not needed"), "{unlock:?}");
    assert!(works.reason.contains("runs CUDA 12 builds") && works.reason.contains("580"), "{}", works.reason);
    let stuck = rows(&machine("550.54.14", "12.0"), "pytorch", None).remove(0);
    let steps: Vec<_> = stuck.unlocks.iter().map(|unlock| (unlock.version.as_str(), unlock.needed)).collect();
    assert_eq!(steps, [("2.11.0", true), ("2.15.0", true)], "{stuck:?}");
    let pascal = rows(&machine("595.71.05", "6.1"), "pytorch", None).remove(0);
    assert!(
        pascal.unlocks.last().is_some_and(|unlock| unlock.change.contains("580") && unlock.version == "2.14.1"),
        "{pascal:?}"
    );
    assert!(rows(&machine("580.95.05", "6.1"), "pytorch", None)[0].unlocks.is_empty(), "nothing newer serves Pascal");
    let python = rows(&machine("580.95.05", "8.6"), "jax", Some("3.11")).remove(0);
    assert_eq!(short(&python), "works 0.10.2 cu13");
    assert!(python.unlocks.iter().any(|unlock| unlock.change.contains("Python 3.13")), "{python:?}");
}
