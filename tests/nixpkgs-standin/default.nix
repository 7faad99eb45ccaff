# { system, config, overlays }: an attribute set that answers like nixpkgs for what a generated dev shell asks.
# Every package is one derivation whose builder links files of this host (sandbox = false); host.json names them.
{ system ? builtins.currentSystem, localSystem ? system, config ? { }, overlays ? [ ], ... }:
let
  lib = import ./lib.nix;
  host = if builtins.pathExists ./host.json then builtins.fromJSON (builtins.readFile ./host.json)
    else throw "the stand-in has no host.json: run its host.sh first";
  cfg = { allowUnfree = false; cudaSupport = false; } // config;

  # like nixpkgs' check-meta: refuses at evaluation, before anything is built
  refuse = pos: name: why: throw "Refusing to evaluate package '${name}' in ${pos} because it ${why}";
  allowed = meta: name:
    let free = meta.license.free or true; okay = cfg.allowUnfree || (cfg.allowUnfreePredicate or (_: false)) { inherit name; pname = lib.getName name; };
        pos = toString ./default.nix + ":1"; in
    if !free && !okay then refuse pos name "has an unfree license (‘${meta.license.shortName}’)\na) To temporarily allow unfree packages, you can use an environment variable\n   for a single invocation of the nix tools.\n\n     $ export NIXPKGS_ALLOW_UNFREE=1"
    else if meta.broken or false then refuse pos name "is marked as broken"
    else if !(builtins.elem system (meta.platforms or [ system ])) then refuse pos name "is not available on the requested hostPlatform:\n  hostPlatform.system = \"${system}\""
    else true;

  # The last line keeps the shell alive: a shell that becomes its last command has that command close the log before it exits,
  # and Nix kills a builder whose log is closed (`failed due to signal 9`, on a busy machine).
  script' = text: [ "-euc" "${text}\n:" ];
  # raw: one derivation, built by /bin/sh of the host
  raw = { name, script, meta ? { }, outputs ? [ "out" ], ... }@a:
    let drv = derivation ({ inherit name system outputs; builder = "/bin/sh"; args = script' script; PATH = "/usr/bin:/bin"; }
          // builtins.removeAttrs a [ "script" "meta" "outputs" "passthru" ]);
    in assert allowed meta name; drv // { inherit meta; } // (a.passthru or { });

  # bins: { linkname = "/host/path"; }
  linkBins = name: bins: extra: raw ({
    inherit name;
    script = "mkdir -p $out/bin\n" + lib.concatStrings (lib.mapAttrsToList (n: p: "test -e ${p} || { echo \"host has no ${p}\" >&2; exit 1; }\nln -s ${p} $out/bin/${n}\n") bins) + (extra.post or "");
  } // builtins.removeAttrs extra [ "post" ]);
  # libs: file names, searched for in the host's library folders
  linkLibs = name: libs: extra: raw ({
    inherit name;
    script = "mkdir -p $out/lib\nfor l in ${toString libs}; do f=; for d in ${toString host.libdirs}; do test -e $d/$l && { f=$d/$l; break; }; done; test -z \"$f\" && echo \"host has no $l (left out)\" || ln -s $f $out/lib/$l; done\n";
  } // extra);

  hostBins = name: names: linkBins name (lib.genAttrs names (n: host.bins.${n})) { meta.mainProgram = lib.head names; };

  stdenvSetup = ./setup.sh;
  pkgs0 = rec {
    inherit lib system;
    config = cfg;
    inherit (self') hello;
    bash = linkBins "bash-5-standin" { bash = "/bin/bash"; sh = "/bin/bash"; } { meta.mainProgram = "bash"; };
    bashInteractive = linkBins "bash-interactive-5-standin" { bash = "/bin/bash"; sh = "/bin/bash"; } { meta.mainProgram = "bash"; };
    runtimeShell = "${bash}/bin/bash";
    coreutils = linkBins "coreutils-9-standin" host.coreutils { };
    gnugrep = hostBins "gnugrep-standin" [ "grep" ];
    gnused = hostBins "gnused-standin" [ "sed" ];
    findutils = hostBins "findutils-standin" [ "find" "xargs" ];
    gawk = hostBins "gawk-standin" [ "awk" ];
    git = hostBins "git-standin" [ "git" ];
    which = hostBins "which-standin" [ "which" ];
    curl = hostBins "curl-standin" [ "curl" ];
    cacert = raw { name = "nss-cacert-standin"; script = "mkdir -p $out/etc/ssl/certs; ln -s ${host.cacert} $out/etc/ssl/certs/ca-bundle.crt"; };
    uv = linkBins "uv-${host.uvVersion}" { uv = host.uv; } { meta.mainProgram = "uv"; version = host.uvVersion; pname = "uv"; };
    just = raw { name = "just-standin"; script = "mkdir -p $out/bin; printf '#!/bin/sh\\necho just-standin \"$@\"\\n' > $out/bin/just; chmod +x $out/bin/just"; };
    direnv = raw { name = "direnv-standin"; script = "mkdir -p $out/bin; printf '#!/bin/sh\\necho direnv-standin \"$@\"\\n' > $out/bin/direnv; chmod +x $out/bin/direnv"; };

    # what nixml's own flake asks: enough to be evaluated, nothing that compiles
    rustPlatform.buildRustPackage = { pname, version, src, cargoLock, nativeBuildInputs, postInstall, meta, doCheck ? true }:
      assert builtins.pathExists cargoLock.lockFile;
      raw { name = "${pname}-${version}"; inherit src nativeBuildInputs postInstall meta; script = "mkdir -p $out/bin; : > $out/bin/${pname}"; };
    installShellFiles = raw { name = "install-shell-files-standin"; script = "mkdir -p $out"; };
    inherit (lib.genAttrs [ "cargo" "rustc" "clippy" "rustfmt" ] (n: raw {
      name = "${n}-standin"; script = "mkdir -p $out/bin; printf '#!/bin/sh\\necho ${n}-standin\\n' > $out/bin/${n}; chmod +x $out/bin/${n}"; })) cargo rustc clippy rustfmt;

    stdenv = stdenvNoCC // { cc = gcc; };
    stdenvNoCC = (raw { name = "stdenv-standin"; initialPath = stdPath; setup = stdenvSetup;
        script = "mkdir -p $out; { echo \"initialPath='$initialPath'\"; cat $setup; } > $out/setup"; })
      // { isLinux = lib.hasSuffix "-linux" system; isDarwin = lib.hasSuffix "-darwin" system; isx86_64 = lib.hasPrefix "x86_64" system;
           hostPlatform = { inherit system; isLinux = lib.hasSuffix "-linux" system; isDarwin = lib.hasSuffix "-darwin" system;
             isx86_64 = lib.hasPrefix "x86_64" system; isAarch64 = lib.hasPrefix "aarch64" system; };
           path = stdPath; mkDerivation = mkDerivation; };
    stdPath = [ coreutils findutils gnused gnugrep gawk bash ];
    gcc = (raw { name = "gcc-wrapper-standin"; meta.mainProgram = "gcc";
        script = "mkdir -p $out/bin $out/nix-support; for p in gcc g++ cc c++; do ln -s /usr/bin/$p $out/bin/$p; done; echo 'export NIX_ENFORCE_NO_NATIVE=\"\${NIX_ENFORCE_NO_NATIVE-1}\"' > $out/nix-support/setup-hook"; })
      // { cc = gccCc; inherit bintools; };
    bintools = (raw { name = "binutils-wrapper-standin"; script = "mkdir -p $out/bin; for p in ld ar nm strip; do ln -s /usr/bin/$p $out/bin/$p; done"; })
      // { dynamicLinker = host.loader; };
    patchelf = hostBins "patchelf-standin" [ "patchelf" ];
    gccCc = (raw { name = "gcc-standin"; script = "mkdir -p $out/bin; ln -s /usr/bin/gcc $out/bin/gcc"; })
      // { lib = linkLibs "gcc-standin-lib" [ "libstdc++.so.6" "libgcc_s.so.1" "libgomp.so.1" ] { }; };

    zlib = linkLibs "zlib-standin" [ "libz.so.1" ] { };
    zstd = linkLibs "zstd-standin" [ "libzstd.so.1" ] { };
    # as with nixpkgs' multiple outputs: `getLib`, `.lib` and `.out` all lead to the libraries
    glib = linkLibs "glib-standin" [ "libglib-2.0.so.0" "libgthread-2.0.so.0" ] { };
    libGL = linkLibs "libglvnd-standin" [ "libGL.so.1" ] { };
    libglvnd = libGL;
    libsndfile = linkLibs "libsndfile-standin" [ "libsndfile.so.1" ] { };
    portaudio = linkLibs "portaudio-standin" [ "libportaudio.so.2" ] { };
    ffmpeg = linkLibs "ffmpeg-standin" [ "libavcodec.so.59" ] { };
    zbar = linkLibs "zbar-standin" [ "libzbar.so.0" ] { };
    file = linkLibs "file-standin" [ "libmagic.so.1" ] { };
    cairo = linkLibs "cairo-standin" [ "libcairo.so.2" ] { };
    pango = linkLibs "pango-standin" [ "libpango-1.0.so.0" "libpangoft2-1.0.so.0" ] { };
    harfbuzz = linkLibs "harfbuzz-standin" [ "libharfbuzz.so.0" ] { };
    fontconfig = linkLibs "fontconfig-standin" [ "libfontconfig.so.1" ] { };
    openssl = linkLibs "openssl-standin" [ "libssl.so.3" "libcrypto.so.3" ] { };
    ncurses5 = linkLibs "ncurses-standin" [ "libncurses.so.5" ] { };
    xorg = lib.genAttrs [ "libX11" "libXext" "libXrender" "libSM" "libICE" ] (n: linkLibs "${n}-standin" [ "${n}.so.6" ] { });

    cudaPackages =
      let cuda = n: raw { name = "${n}-12.9-standin"; script = "mkdir -p $out/lib; echo 'no real CUDA here' > $out/lib/README"; meta.license = { free = false; shortName = "CUDA EULA"; }; };
      in lib.genAttrs [ "cudatoolkit" "cuda_cudart" "cuda_nvcc" "cuda_nvrtc" "libcublas" "libcufft" "libcusparse" "cudnn" "nccl" ] cuda
        // { cudaMajorMinorVersion = "12.9"; cudaVersion = "12.9"; };
    cudaPackages_12 = cudaPackages;
    cudaPackages_13 = cudaPackages;
    linuxPackages.nvidia_x11 = raw { name = "nvidia-x11-standin"; script = "mkdir -p $out/lib"; meta.license = { free = false; shortName = "unfree"; }; };

    # what goes wrong, or is slow, on purpose
    standin = {
      # three phases, a few log lines, about `seconds` of work
      slow = n: seconds: raw { name = "slow-${n}"; script = ''
        for ph in unpackPhase buildPhase installPhase; do
          printf '@nix { "action": "setPhase", "phase": "%s" }\n' $ph >&2
          for i in 1 2 3; do echo "${n}: $ph line $i"; sleep ${seconds}; done
        done; mkdir -p $out/bin; echo ${n} > $out/name''; };
      unhurried = pkgs0.standin.slow "unhurried" "1";
      unfree = pkgs0.cudaPackages.cudnn;
      fails = raw { name = "fails-1.0"; script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do echo \"compiling unit $i\"; done; echo 'error: no such header: cuda.h' >&2; exit 1"; };
      hangs = raw { name = "hangs-1.0"; script = "echo 'waiting for something that never comes'; sleep 100000"; };
      wrongHash = raw { name = "wrong-1.0.tar.gz"; script = "echo 'not what was promised' > $out";
        outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = lib.concatStrings (lib.genList (_: "0") 64); };
      noisy = raw { name = "noisy-1.0"; script = "i=0; while [ $i -lt 20000 ]; do echo \"line $i of a chatty build \\033[31min red\\033[0m\"; i=$((i+1)); done; mkdir -p $out"; };
      broken = raw { name = "broken-1.0"; script = "true"; meta.broken = true; };
      linuxOnly = raw { name = "elsewhere-1.0"; script = "true"; meta.platforms = [ "riscv64-linux" ]; };
    };

    # a python: the host's own interpreter behind a store path; its setup hook leaves in a shell what the original's leaves
    mkPython = v:
      let
        own = host.pythons.${v} or (throw "this host has no Python ${v} for the stand-in: name one in NIXML_PYTHONS");
        drv = linkBins "python3-${own.version}" { "python${v}" = own.path; python3 = own.path; python = own.path; } {
          meta.mainProgram = "python${v}";
          post = "mkdir -p $out/nix-support; cat > $out/nix-support/setup-hook <<'H'\nexport DETERMINISTIC_BUILD=1 PYTHONHASHSEED=0 PYTHONNOUSERSITE=1\nH\n";
        };
      in drv // {
        pythonVersion = v; inherit (own) version; interpreter = "${drv}/bin/python${v}"; executable = "python${v}";
        sitePackages = "lib/python${v}/site-packages"; pkgs = mkPythonPackages v;
      };
    mkPythonPackages = v: {
      venvShellHook = raw { name = "venv-shell-hook-standin"; hook = ./venv-hook.sh; python = mkPython v;
        script = "mkdir -p $out/nix-support; sed \"s,@python@,$python/bin/python3,\" $hook > $out/nix-support/setup-hook"; };
      pip = raw { name = "python${v}-pip-standin"; script = "mkdir -p $out"; };
    };

    mkDerivation = a: mkShellLike ({ shellHook = ""; } // a);
    mkShellLike = { name ? "nix-shell", packages ? [ ], nativeBuildInputs ? [ ], buildInputs ? [ ], inputsFrom ? [ ], shellHook ? "", env ? { }, meta ? { }, stdenv ? pkgs0.stdenv, ... }@a:
      assert allowed meta name;
      derivation ({
        inherit name system shellHook;
        outputs = [ "out" ];
        builder = "${bash}/bin/bash";
        args = [ "-c" "echo shell > $out" ];
        stdenv = stdenv.outPath;
        nativeBuildInputs = packages ++ nativeBuildInputs ++ lib.concatMap (i: i.nativeBuildInputs or [ ]) inputsFrom;
        buildInputs = buildInputs ++ lib.concatMap (i: i.buildInputs or [ ]) inputsFrom;
      } // env // builtins.removeAttrs a [ "name" "packages" "nativeBuildInputs" "buildInputs" "inputsFrom" "shellHook" "env" "meta" "stdenv" ])
      // { inherit meta; };
    mkShell = { __functor = _: mkShellLike; override = o: { __functor = _: a: mkShellLike (o // a); }; };
    mkShellNoCC = a: mkShellLike ({ stdenv = stdenvNoCC; } // a);
    # like nixpkgs' runCommand: bash, and of the host only what stdenv has
    stdBuild = { name, script, meta ? { }, ... }@a:
      let drv = derivation ({ inherit name system; builder = "/bin/bash"; args = script' script; PATH = lib.makeBinPath stdenv.path; }
            // builtins.removeAttrs a [ "script" "meta" ]);
      in assert allowed meta name; drv // { inherit meta; };
    writeShellScriptBin = n: text: stdBuild { name = n; inherit text; meta.mainProgram = n;
      script = "mkdir -p $out/bin; printf '#!${runtimeShell}\\n%s\\n' \"$text\" > $out/bin/${n}; chmod +x $out/bin/${n}"; };
    writeShellScript = n: text: stdBuild { name = n; inherit text; script = "printf '#!${runtimeShell}\\n%s\\n' \"$text\" > $out; chmod +x $out"; };
    writeShellApplication = { name, text, runtimeInputs ? [ ], ... }: writeShellScriptBin name ''
      set -o errexit
      set -o nounset
      set -o pipefail
      ${lib.optionalString (runtimeInputs != [ ]) "export PATH=\"${lib.makeBinPath runtimeInputs}:$PATH\""}
      ${text}'';
    writeTextFile = { name, text, executable ? false, destination ? "" }: stdBuild { inherit name text;
      script = "mkdir -p \"$(dirname \"$out${destination}\")\"; printf %s \"$text\" > $out${destination}" + lib.optionalString executable "; chmod +x $out${destination}"; };
    writeText = name: text: writeTextFile { inherit name text; };
    writeTextDir = path: text: writeTextFile { inherit text; name = baseNameOf path; destination = "/${path}"; };
    writeScript = name: text: writeTextFile { inherit name text; executable = true; };
    writeScriptBin = name: text: writeTextFile { inherit name text; executable = true; destination = "/bin/${name}"; };
    runCommand = name: env: script: stdBuild (env // { inherit name script; });
    runCommandLocal = runCommand;
    symlinkJoin = { name, paths, postBuild ? "", ... }: stdBuild { inherit name; paths = map toString paths;
      script = "mkdir -p $out; for p in $paths; do cp -rsf $p/. $out/; chmod -R u+w $out; done\n${postBuild}"; };
    buildEnv = symlinkJoin;
    nixfmt = raw { name = "nixfmt-standin"; script = "mkdir -p $out/bin; printf '#!/bin/sh\\ncat\\n' > $out/bin/nixfmt; chmod +x $out/bin/nixfmt"; };
  } // lib.listToAttrs (lib.concatMap (v: let n = "python${lib.replaceStrings [ "." ] [ "" ] v}"; in [
      (lib.nameValuePair n (pkgs0.mkPython v)) (lib.nameValuePair "${n}Packages" (pkgs0.mkPythonPackages v)) ])
      (lib.unique ([ "3.11" "3.12" "3.13" "3.14" "3.15" ] ++ lib.attrNames host.pythons)))
    # by plain names too, as a person would write them into `programs` of a flake
    // lib.listToAttrs (map (n: lib.nameValuePair "standin-${n}" pkgs0.standin.${n}) [ "fails" "hangs" "wrongHash" "noisy" "broken" "linuxOnly" "unhurried" "unfree" ])
    // { python3 = pkgs0.mkPython host.defaultPython; python3Packages = pkgs0.mkPythonPackages host.defaultPython; };
  self' = { hello = raw { name = "hello-2.12"; script = "mkdir -p $out/bin; printf '#!/bin/sh\\necho Hello, world!\\n' > $out/bin/hello; chmod +x $out/bin/hello"; }; };
  final = lib.foldl' (acc: o: acc // o final acc) (pkgs0 // { inherit lib; pkgs = final; buildPackages = final; extend = f: final // f final final; }) overlays;
in final
