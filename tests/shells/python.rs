//! The project's Python, inside the shell and where editors start it; `nixml-sync`; what `pip` and `conda` answer.

use super::NOTHING;
use super::project::installed;
use super::support::place::told;
use super::support::{need, tools};

/// What Python sees of itself and gives to a program it starts.
const SEES: &str = "import os, subprocess, sys; \
    child = subprocess.run(['/bin/sh', '-c', 'echo ${LD_LIBRARY_PATH-unset}'], capture_output=True, text=True).stdout.strip(); \
    print(sys.prefix, sys.executable, os.environ.get('LD_LIBRARY_PATH', 'unset'), child, os.environ.get('CC'), os.environ.get('CXX'), \
          os.environ.get('TRITON_LIBCUDA_PATH'), sep='\\n')";

#[test]
fn sync_installs_into_this_shells_environment() {
    let (project, _) = need!(super::one(|_| {}), "{NOTHING}");
    let first = project.try_in("cuda", "nixml-sync -q");
    assert!(first.status.success(), "{}", told(&first));
    assert!(told(&first).contains("the first time for cuda: 3.1 GB to download, 6.0 GB on disk"), "{}", told(&first));
    assert!(told(&first).contains("done; next: python main.py"), "{}", told(&first));
    assert_eq!(installed(&project.place.project().join(".venv")), ["einops-0.8.1"]);
    assert!(!project.exists(".venv-cpu"));
    // again: nothing to say about sizes
    assert!(!told(&project.try_in("cuda", "nixml-sync -q")).contains("to download"));
    // from a subfolder, for the other target, with an option of uv's
    project.place.write("project/deep/x", "");
    let other = project.inside("cpu", "cd deep && nixml-sync --locked 2>&1");
    assert!(other.contains("einops==0.8.1"), "{other}");
    assert_eq!(installed(&project.place.project().join(".venv-cpu")), ["einops-0.8.1"]);
    let said = project.inside("cpu", "python -c 'import einops, sys; print(sys.prefix)'; type -P python");
    assert_eq!(said, format!("{0}\n{0}/bin/python\n", project.path(".venv-cpu")));
    // a sync that fails says so with uv's own exit status
    let stale = project.try_in("cpu", "sed -i 's/einops==0.8.1/einops==0.8.0/' ../project/pyproject.toml; nixml-sync --locked");
    assert_eq!(stale.status.code(), Some(1), "{}", told(&stale));
    assert!(!told(&stale).contains("done"), "{}", told(&stale));
}

#[test]
fn sync_keeps_the_interpreter_and_notices_another() {
    let (mut project, _) = need!(super::one(|_| {}), "{NOTHING}");
    for nix in tools::nixes() {
        project.inside("cpu", "nixml-sync -q");
        let link = project.place.project().join(".venv-cpu/bin/python");
        let root = std::fs::read_link(project.path(".nixml/python-cpu")).unwrap();
        assert!(
            std::fs::canonicalize(&link).unwrap().starts_with(&root),
            "Nix {}: {} {}",
            nix.version,
            link.display(),
            root.display()
        );
        let collect = project.place.command(nix.bin.join("nix-collect-garbage")).output().unwrap();
        assert!(collect.status.success(), "Nix {}: {}", nix.version, told(&collect));
        let alive = project.place.command(&link).args(["-c", "import einops"]).output().unwrap();
        assert!(alive.status.success(), "Nix {}: collected: {}", nix.version, told(&alive));
    }
    // without the root it is collected; entering brings it back where it was
    std::fs::remove_file(project.path(".nixml/python-cpu")).unwrap();
    project.place.run("nix-collect-garbage", &[]);
    let dangling = project.place.command(project.path(".venv-cpu/bin/python")).output();
    assert!(dangling.is_err(), "it should be gone");
    project.inside("cpu", "python -c 'import einops'");
    // another launcher (nixpkgs moved): noticed on entering, mended by a sync
    project.change("flake.nix", "libraries = [ ];", "libraries = [ \"glib\" ];");
    let moved = project.try_in("cpu", "nixml-sync -q; [ .venv-cpu/bin/python -ef \"$UV_PYTHON\" ] && python -c 'import einops'");
    assert!(moved.status.success(), "{}", told(&moved));
    assert!(told(&moved).contains("its environment is of another Python; next: nixml-sync"), "{}", told(&moved));
}

#[test]
fn python_finds_the_libraries_also_outside_the_shell() {
    let (mut project, _) = need!(super::one(|plan| plan.native = vec!["glib".into()]), "{NOTHING}");
    project.inside("cuda", "nixml-sync -q");
    let (environment, python) = (project.path(".venv"), project.path(".venv/bin/python"));
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let check = |text: &str, from: &str| {
        let found = lines(text);
        assert_eq!(found[0], environment, "{from}");
        assert_eq!(found[1], python, "{from}");
        for library in ["gcc-", "zlib-", "zstd-", "glib-"] {
            assert!(found[2].contains(library), "{from}: no {library} in {}", found[2]);
        }
        assert!(!found[2].contains("glibc") && !found[2].contains("nowhere") && !found[2].ends_with(':'), "{from}: {}", found[2]);
        assert_eq!(found[6], "None", "{from}: no driver here");
        found
    };
    let inside = check(&project.inside("cuda", &format!("python -c \"{SEES}\"")), "inside");
    assert!(inside[4].contains("gcc"), "{inside:?}");
    // as cron or an editor starts it: nothing in the environment
    let bare = project.place.command("env").args(["-i", &python, "-c", SEES]).output().unwrap();
    let bare = check(&told(&bare), "env -i");
    assert!(bare[4].ends_with("/bin/cc") && bare[5].ends_with("/bin/c++"), "{bare:?}");
    // a path of the host is dropped, unless one asks to keep it
    project.place.set("LD_LIBRARY_PATH", "/nowhere");
    check(&project.inside("cuda", &format!("python -c \"{SEES}\"")), "with a module loaded");
    let kept = lines(&project.inside("cuda", &format!("NIXML_KEEP_LD_LIBRARY_PATH=1 python -c \"{SEES}\"")));
    assert!(kept[2].ends_with(":/nowhere"), "{kept:?}");
    // a console script and a Python that Python starts are the same Python
    let nested = project.inside(
        "cuda",
        "python -c \"import subprocess, sys; subprocess.run([sys.executable, '-c', 'import sys; print(sys.prefix)'])\"",
    );
    assert_eq!(nested.trim(), project.path(".venv"));
}

#[test]
fn the_loader_form_gives_nothing_to_children() {
    let (project, _) = need!(super::one(|_| {}), "{NOTHING}");
    project.inside("cpu", "nixml-sync -q");
    let seen = project.inside("cpu", &format!("NIXML_LAUNCHER=loader python -c \"{SEES}\""));
    let found: Vec<&str> = seen.lines().collect();
    assert_eq!(
        found[..4],
        [project.path(".venv-cpu"), project.path(".venv-cpu/bin/python"), "unset".into(), "unset".into()],
        "{seen}"
    );
    let loads = "import ctypes, einops; ctypes.CDLL('libstdc++.so.6'); print('loaded')";
    assert_eq!(project.inside("cpu", &format!("NIXML_LAUNCHER=loader python -c \"{loads}\"")).trim(), "loaded");
}

/// With a driver on the machine: found once on entering, handed to Python, absent from the CPU shell.
#[test]
fn the_driver_reaches_python_and_nothing_else() {
    let (mut project, _) = need!(super::one(|_| {}), "{NOTHING}");
    let driver = project.place.at("host/run/opengl-driver/lib");
    std::fs::create_dir_all(&driver).unwrap();
    std::fs::write(driver.join("libcuda.so.1"), "").unwrap();
    project.place.set("NIXML_TEST_ROOT", project.place.at("host"));
    let driver = driver.display().to_string();
    let script = format!("echo \"${{NIXML_DRIVER_LIBS-unset}} ${{LD_LIBRARY_PATH-unset}}\"; python -c \"{SEES}\"");
    let cuda = project.inside("cuda", &script);
    let found: Vec<&str> = cuda.lines().collect();
    assert_eq!(found[0], format!("{driver} unset"));
    assert!(found[3].ends_with(&format!(":{driver}")) && found[7] == driver, "{cuda}");
    let cpu = project.inside("cpu", &script);
    let found: Vec<&str> = cpu.lines().collect();
    assert!(found[0] == "unset unset" && !found[3].contains(&driver) && found[7] == "None", "{cpu}");
    // outside the shell the launcher searches by itself
    project.inside("cuda", "nixml-sync -q");
    let root = format!("NIXML_TEST_ROOT={}", project.place.at("host").display());
    let bare = project.place.command("env").args(["-i", &root, &project.path(".venv/bin/python"), "-c", SEES]).output().unwrap();
    assert!(told(&bare).lines().nth(6) == Some(driver.as_str()), "{}", told(&bare));
    // a driver that went away meanwhile is not trusted
    let gone = project.inside("cuda", &format!("NIXML_DRIVER_LIBS=/nowhere python -c \"{SEES}\""));
    assert_eq!(gone.lines().nth(6), Some(driver.as_str()), "{gone}");
}

#[test]
fn habits_get_the_right_command() {
    let (project, _) = need!(super::one(|_| {}), "{NOTHING}");
    for (typed, answer) in [
        ("pip install numpy rich", "pip: this project keeps its packages with uv; run: uv add numpy rich"),
        ("pip3 install -U pandas", "pip3: this project keeps its packages with uv; run: uv add pandas"),
        ("pip install -r requirements.txt", "run: uv add -r requirements.txt"),
        ("pip uninstall -y rich", "run: uv remove rich"),
        ("pip freeze", "run: uv pip list"),
        ("pip", "run: uv help"),
        ("conda install -c conda-forge pytorch::pytorch", "run: uv add pytorch"),
        ("conda create -n x python=3.12", "run: nixml-sync"),
        ("conda activate base", "conda: nothing to activate: this shell is the environment"),
        ("mamba install scipy", "mamba: this project keeps its packages with uv; run: uv add scipy"),
    ] {
        let output = project.try_in("cpu", typed);
        assert!(output.status.code() == Some(1) && told(&output).contains(answer), "{typed}: {}", told(&output));
    }
    assert_eq!(project.inside("cpu", "git status --porcelain | grep -v '^A  ' || true"), "", "they change nothing");
    // a function of a person's .bashrc gives way
    let output = project.try_in("cpu", "conda() { echo host; }; . nix/hook.sh; conda install rich");
    assert!(told(&output).contains("run: uv add rich") && !told(&output).contains("host"), "{}", told(&output));
}

#[test]
fn uv_pip_works_on_the_environment() {
    let (project, _) = need!(super::one(|_| {}), "{NOTHING}");
    for (shell, environment) in [("cuda", ".venv"), ("cpu", ".venv-cpu")] {
        project.inside(shell, "nixml-sync -q && uv pip install -q iniconfig && uv --no-progress --color never pip list");
        let all = installed(&project.place.project().join(environment));
        assert!(all.iter().any(|one| one.starts_with("iniconfig-")), "{shell}: {all:?}");
    }
    // a single target's uv is repaired the same way
    let (single, _) = need!(super::one(|plan| drop(plan.targets.pop())), "{NOTHING}");
    single.inside(
        "default",
        "nixml-sync -q && uv -q pip install iniconfig && uv pip uninstall -q iniconfig && uv run python -c 'import einops'",
    );
}
