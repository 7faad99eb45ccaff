#!/usr/bin/env bash
# Writes host.json beside itself: which programs of this host the stand-in's packages link to. Run it in a copy of the folder.
#   host.sh [uv-binary]     interpreters: $NIXML_PYTHONS (a list), pyenv's, uv's own, /usr/local/bin's, /usr/bin's
set -euo pipefail
cd "$(dirname "$0")"
UV=${1:-$(command -v uv)} python3 - <<'P'
import glob, json, os, pwd, shutil, subprocess
# a test often sets a HOME of its own: the user's true home counts as well
homes = [os.path.expanduser('~')] + [e.pw_dir for e in pwd.getpwall() if e.pw_uid == os.getuid()]
places = [os.environ.get('PYENV_ROOT', '/nonexistent') + '/versions/3.1[0-9]*/bin'] + [h + '/.pyenv/versions/3.1[0-9]*/bin' for h in homes] \
      + [h + '/.local/share/uv/python/*/bin' for h in homes] + ['/usr/local/bin', '/usr/bin']
candidates = os.environ.get('NIXML_PYTHONS', '').split() + [c for p in places for c in sorted(glob.glob(p + '/python3.1?'), reverse=True)]
pythons = {}
for c in candidates:
    try: v = subprocess.run([c, '-c', 'import sys;print(".".join(map(str,sys.version_info[:3])))'], capture_output=True, text=True, timeout=20).stdout.strip()
    except Exception: continue
    minor = '.'.join(v.split('.')[:2])
    if v and minor not in pythons: pythons[minor] = {'path': c, 'version': v}
if not pythons: raise SystemExit('host.sh: no Python 3.1x found; name some in NIXML_PYTHONS')
which = lambda n: shutil.which(n, path='/usr/bin:/bin:/usr/sbin:/sbin') or '/nonexistent/' + n
core = 'cat chmod cksum cp cut date dirname basename echo env expr false head id install ln ls mkdir mktemp mv nproc od paste printf pwd readlink realpath rm rmdir seq sleep sort stat stty tail tee test touch tr true tty uname uniq wc whoami timeout'.split()
uv = os.path.abspath(os.environ['UV'])
json.dump({'pythons': pythons, 'defaultPython': max(pythons, key=lambda s: int(s.split('.')[1])), 'uv': uv,
  'uvVersion': subprocess.run([uv, '--version'], capture_output=True, text=True, check=True).stdout.split()[1],
  'coreutils': {n: which(n) for n in core if os.path.exists(which(n))},
  'bins': {n: which(n) for n in ['awk', 'grep', 'sed', 'find', 'xargs', 'git', 'which', 'curl', 'patchelf']},
  'loader': next((l for l in ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'] if os.path.exists(l)), '/nonexistent/ld.so'),
  'cacert': '/etc/ssl/certs/ca-certificates.crt',
  'libdirs': ['/usr/lib/x86_64-linux-gnu', '/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64']}, open('host.json', 'w'), indent=1, sort_keys=True)
P
cat host.json
