//! `nixml bundle`: a kit for rooms without a network.

mod made;
mod project;

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use nixml::core::changes::sha256;
use nixml::core::class::Course;
use nixml::core::data::Data;
use nixml::core::failure::{Exit, Failure};
use nixml::core::kit::{FILE, KitFile, Manifest, Platform, Wheel};
use nixml::core::text::bytes;
use nixml::edge::child::Interrupt;
use nixml::edge::kit::{KitFolder, Store, complete, fetch, free_bytes, harm};
use nixml::edge::{self, files::Folder};
use nixml::front::print;

use crate::cli::Shared;
use crate::command::pace::Pace;
use crate::command::shared_data;
use made::Made;

/// Make a kit for a course: shell, wheels, class file and nixml itself, for a room without a network
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml bundle /media/stick                  a kit of ./class.toml, for machines like this one
  nixml bundle kit --class ml.toml --platform x86_64-linux,aarch64-darwin   wheels for Macs as well
  nixml bundle kit --dry-run                 how large it will be
  nixml bundle kit --verify                  is every file whole?

Run it again and it goes on where it was stopped, and mends what is damaged. Students: nixml join --kit DIR

Exit codes: 0 done, 1 damaged or something cannot be had, 3 Nix is missing, 4 the folder holds something else, 5 network.")]
pub struct Args {
    /// The kit's folder, a stick for example
    dir: PathBuf,
    /// The class file
    #[arg(long, value_name = "FILE", default_value = "class.toml")]
    class: PathBuf,
    /// Whose wheels: x86_64-linux, aarch64-linux, aarch64-darwin [default: this machine's]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    platform: Vec<String>,
    /// A flake in the place of nixpkgs: a local mirror
    #[arg(long, value_name = "FLAKEREF")]
    nixpkgs: Option<String>,
    /// Say how large it will be; fetch no wheel and copy nothing
    #[arg(long, conflicts_with = "verify")]
    dry_run: bool,
    /// Look whether every file of a kit is whole
    #[arg(long)]
    verify: bool,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// Runs `nixml bundle`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    if args.verify {
        return verify(args, shared);
    }
    let (class, answers, text) = super::class::read(&args.class, shared)?;
    let data = shared_data(shared)?;
    let platforms = platforms(&args.platform)?;
    let Some(nix) = edge::validate::find_nix() else {
        return Err(Failure::precondition("make a kit")
            .why("Nix is not on this machine, and the shell of a kit comes from its store")
            .next("install Nix: `nixml doctor nix` shows the command")
            .into());
    };
    let kit = KitFolder::to_make(&args.dir)?;
    let _lock = Folder::open(&kit.path)?;
    let earlier = KitFolder::open(&kit.path).ok().map(|(_, manifest)| manifest);
    let course = Course::of(class, answers, &data)?;
    let mut pace = Pace::new(shared);
    let mut projects = Vec::new();
    for (_, plan) in course.projects()? {
        let around = Around { shared, data: &data, nixpkgs: args.nixpkgs.as_deref() };
        projects.push(project::make(&plan, &kit, &nix, &platforms, around, &mut pace)?);
    }
    let interrupt = Interrupt::from_signals();
    let store = Store { nix: nix.clone(), interrupt: &interrupt };
    for project in &mut projects {
        project.take_inputs(&store, args.nixpkgs.as_deref())?;
    }
    let made = Made::gather(projects, &store, &interrupt)?;
    pace.say(&made.sizes_say(&platforms));
    room(&kit, &made)?;
    if args.dry_run {
        return end(args, &kit, &made.expected(&course.class.title), true);
    }
    if let Some(earlier) = &earlier {
        clear_damage(&kit, earlier, &interrupt, &mut pace)?;
    }
    // From here on the folder is no kit until it is whole again.
    let _ = kit.remove(FILE);
    get_wheels(&kit, &made.wheels, &interrupt, &mut pace)?;
    for project in &made.projects {
        for (target, platform, requirements) in project.requirements(&platforms) {
            pace.tell(&format!("uv checks the wheels of {target} for {}", platform.word()));
            complete(&project.lock_of(&nix, target, &interrupt), requirements, &kit, platform, &project.plan.python)?;
        }
    }
    made.copy_store(&kit, &store, &mut pace)?;
    let name = format!("bin/nixml-{}", here().map_or("this", Platform::word));
    kit.put_program(&name, &edge::own_program()?)?;
    kit.write("class.toml", text.as_bytes())?;
    kit.write("README.txt", readme(&course.class.title, &name).as_bytes())?;
    if let Some(folder) = &shared.data {
        put_data(&kit, folder)?;
    }
    pace.tell("hashing the kit");
    let manifest = made.manifest(&kit, &course.class.title, &platforms, earlier.as_ref(), &interrupt)?;
    kit.write(FILE, manifest.text().as_bytes())?;
    pace.clear();
    end(args, &kit, &manifest, false)
}

fn end(args: &Args, kit: &KitFolder, manifest: &Manifest, dry: bool) -> anyhow::Result<Exit> {
    let total: u64 = manifest.sizes().values().sum();
    let mark = fingerprint(manifest);
    if args.json {
        let projects: Vec<_> = manifest
            .projects
            .iter()
            .map(|project| {
                let shells: Vec<&String> = project.shells.iter().map(|shell| &shell.platform).collect();
                let wheels: Vec<_> = project
                    .wheels
                    .iter()
                    .map(|wheels| serde_json::json!({ "platform": wheels.platform, "target": wheels.target, "files": wheels.files.len() }))
                    .collect();
                serde_json::json!({ "targets": project.targets, "python": project.python, "shells": shells, "wheels": wheels })
            })
            .collect();
        print::json(&serde_json::json!({
            "schema_version": 1,
            "dir": kit.path.display().to_string(),
            "title": manifest.title,
            "made": !dry,
            "projects": projects,
            "sizes": manifest.sizes(),
            "bytes": total,
            "files": manifest.files.len(),
            "fingerprint": mark,
        }))?;
    } else if !dry {
        print::say(&whole(manifest));
        print::say(&format!("students: nixml join --kit {}", nixml::core::init_report::quote(&kit.path.display().to_string())));
    }
    Ok(Exit::Done)
}

/// A short mark of everything that is in a kit, to read aloud: two kits with the same mark are the same.
fn fingerprint(manifest: &Manifest) -> String {
    let hash = sha256(manifest.text().as_bytes());
    format!("{}-{}", &hash[..4], &hash[4..8])
}

fn whole(manifest: &Manifest) -> String {
    let total = manifest.files.iter().map(|file| file.bytes).sum();
    format!("the kit is whole: {} files, {}, fingerprint {}", manifest.files.len(), bytes(total), fingerprint(manifest))
}

fn verify(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let (kit, manifest) = KitFolder::open(&args.dir)?;
    let all: Vec<&KitFile> = manifest.files.iter().collect();
    let total: u64 = all.iter().map(|file| file.bytes).sum();
    let interrupt = Interrupt::from_signals();
    let mut pace = Pace::new(shared);
    let harmed = harm(&kit, &all, &interrupt, &mut |done| pace.tell(&format!("looked at {} of {}", bytes(done), bytes(total))));
    pace.clear();
    if let Some(number) = interrupt.asked() {
        return Ok(Exit::Signal(number));
    }
    if args.json {
        let harmed: Vec<_> = harmed.iter().map(|harm| serde_json::json!({ "path": harm.path, "how": harm.how })).collect();
        print::json(&serde_json::json!({
            "schema_version": 1,
            "dir": kit.path.display().to_string(),
            "ok": harmed.is_empty(),
            "files": all.len(),
            "bytes": total,
            "harmed": harmed,
            "fingerprint": fingerprint(&manifest),
        }))?;
    } else {
        for harm in &harmed {
            print::say(&format!("`{}` {}", harm.path, harm.how));
        }
        match harmed.len() {
            0 => print::say(&whole(&manifest)),
            many => print::say(&format!(
                "{many} of {} files are missing or damaged: copy them again, or run `nixml bundle` on it",
                all.len()
            )),
        }
    }
    Ok(if harmed.is_empty() { Exit::Done } else { Exit::Failed })
}

/// The machine that makes the kit.
fn here() -> Option<Platform> {
    Platform::of(&format!("{}-{}", std::env::consts::ARCH, if cfg!(target_os = "macos") { "darwin" } else { "linux" }))
}

fn platforms(named: &[String]) -> Result<Vec<Platform>, Failure> {
    let known = || Platform::ALL.map(Platform::word).join(", ");
    if named.is_empty() {
        return here().map(|platform| vec![platform]).ok_or_else(|| {
            Failure::usage("make a kit for this kind of machine")
                .why("projects of nixml do not run on it")
                .next(format!("name one of {} with `--platform`", known()))
        });
    }
    let mut platforms = Vec::new();
    for word in named {
        let platform = Platform::of(word).ok_or_else(|| {
            Failure::usage(format!("use `{}` for `--platform`", word.escape_debug())).next(format!("choose among {}", known()))
        })?;
        if !platforms.contains(&platform) {
            platforms.push(platform);
        }
    }
    Ok(platforms)
}

/// Refuses before anything is fetched when it cannot fit.
fn room(kit: &KitFolder, made: &Made) -> Result<(), Failure> {
    let there: u64 =
        ["wheels", "store"].iter().flat_map(|part| kit.files(part)).filter_map(|file| edge::file_bytes(&kit.at(&file))).sum();
    let wanted = made.wheel_bytes().saturating_add(made.store_bytes).saturating_sub(there);
    match free_bytes(&kit.path) {
        Some(free) if free < wanted => Err(Failure::precondition(format!("make a kit in `{}`", kit.path.display()))
            .why(format!("it can need {} more, and {} are free there", bytes(wanted), bytes(free)))
            .next("take a larger stick, or fewer platforms")),
        _ => Ok(()),
    }
}

/// Takes away what is not what an earlier run put there, so that it is fetched and copied anew.
fn clear_damage(kit: &KitFolder, earlier: &Manifest, interrupt: &Interrupt, pace: &mut Pace) -> Result<(), Failure> {
    let parts: Vec<&KitFile> = earlier.files.iter().filter(|file| file.path.starts_with("store/")).collect();
    let harmed = harm(kit, &parts, interrupt, &mut |done| pace.tell(&format!("looking at what is there: {}", bytes(done))));
    if let Some(number) = interrupt.asked() {
        return Err(Failure::new(Exit::Signal(number), "look at the kit").why("it was stopped"));
    }
    for harm in &harmed {
        pace.say(&format!("`{}` {}: it is made again", harm.path, harm.how));
    }
    kit.forget_archives(&harmed.iter().map(|harm| harm.path.clone()).collect::<Vec<_>>());
    Ok(())
}

fn get_wheels(kit: &KitFolder, wheels: &[Wheel], interrupt: &Interrupt, pace: &mut Pace) -> Result<(), Failure> {
    fetch(kit, wheels, interrupt, &mut |there| pace.tell(&format!("wheels: {there} of {} are there", wheels.len())))?;
    pace.say(&format!("wheels: all {} are there", wheels.len()));
    Ok(())
}

/// An instructor's own steps, templates and data, so that students get the same project.
fn put_data(kit: &KitFolder, folder: &Path) -> Result<(), Failure> {
    for (path, text) in edge::overlay(folder)? {
        kit.write(&format!("data/{path}"), text.as_bytes())?;
    }
    Ok(())
}

fn readme(title: &str, program: &str) -> String {
    format!(
        "A kit for the course «{title}», made by nixml. It needs no network.\n\n\
         1. Install Nix if it is not there: that alone is not in the kit.\n\
         2. Open a terminal in a folder of your own (not in this one) and type, with the path of this folder:\n\n\
         \x20      /path/to/this/folder/{program} join --kit /path/to/this/folder\n\n\
         \x20  (If the stick does not allow programs: copy {program} to your home first.)\n\
         3. Give the readiness code at the end to your instructor.\n\n\
         Is a file damaged? `nixml bundle /path/to/this/folder --verify` names it.\n\
         kit.toml lists every file with its size and sha256; store/ is a binary cache of Nix, wheels/ is for `--find-links`.\n"
    )
}

/// What every project of a kit is made with.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    pub shared: &'a Shared,
    pub data: &'a Data,
    pub nixpkgs: Option<&'a str>,
}
