"""Writes a package index (PEP 503 pages) of stand-in wheels: they lock and install like the real ones, and compute nothing.

    wheels.py FOLDER < wheels.json     [{"index": "whl/cpu", "name", "version", "tags": [...], "requires": [...]}]
"""
import hashlib
import html
import io
import json
import os
import sys
import zipfile

root = sys.argv[1]
pages = {}
for package in json.load(sys.stdin):
    name, version = package["name"], package["version"]
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    folder = os.path.join(root, package["index"], name)
    os.makedirs(folder, exist_ok=True)
    for tag in package["tags"]:
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        metadata += "".join(f"Requires-Dist: {line}\n" for line in package.get("requires", []))
        files = {
            f"{module}/__init__.py": f"__version__ = {version!r}\n",
            f"{info}/METADATA": metadata,
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: nixml tests\nRoot-Is-Purelib: false\nTag: {tag}\n",
        }
        files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as wheel:
            for path, text in files.items():
                wheel.writestr(zipfile.ZipInfo(path), text)
        file = f"{module}-{version}-{tag}.whl"
        with open(os.path.join(folder, file), "wb") as out:
            out.write(data.getvalue())
        digest = hashlib.sha256(data.getvalue()).hexdigest()
        link = f'<a href="{html.escape(file).replace("+", "%2B")}#sha256={digest}">{html.escape(file)}</a><br>'
        pages.setdefault(folder, []).append(link)
for folder, links in pages.items():
    with open(os.path.join(folder, "index.html"), "w") as out:
        out.write("<!DOCTYPE html><html><body>\n" + "\n".join(links) + "\n</body></html>\n")
