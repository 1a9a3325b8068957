"""Make the npm package: dist/npm, for `npm pack` and `npm publish`.

It holds the loader (index.js), the React module (react.js) and the types; the script that it loads comes from
the relay. The same sources give the same bytes.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from web.tools.distributions import project_version
from web.tools.steps import BUILD, DIST, ROOT, WEB, digest, files_in, fresh, run

NPM = DIST / "npm"
SOURCE = WEB / "npm"
TYPES = WEB / "src" / "edgee.d.ts"


def make_npm_package(node: str) -> Path:
    """The folder of the package; node is the path of Node.

    Raises:
        Trouble: where the sources do not compile.
    """
    licence = ROOT / "LICENSE"
    inputs = files_in(SOURCE, TYPES, licence, WEB / "tsconfig.json", WEB / "package-lock.json")
    key = digest(inputs, ROOT, project_version())
    stamp = BUILD / "npm-stamp"
    if fresh(stamp, key) and (NPM / "package.json").is_file():
        return NPM
    shutil.rmtree(NPM, ignore_errors=True)
    tsc = (node, WEB / "node_modules" / "typescript" / "bin" / "tsc")
    run(
        "  compiling the npm package",
        (*tsc, "--project", SOURCE, "--outDir", NPM),
        "The npm package could not be compiled: see above.",
    )
    for file in (TYPES, licence, SOURCE / "README.md"):
        shutil.copyfile(file, NPM / file.name)
    package = json.loads((SOURCE / "package.json").read_text())
    versioned = {"name": package["name"], "version": project_version(), **package}
    (NPM / "package.json").write_text(json.dumps(versioned, indent=2) + "\n")
    stamp.write_text(key)
    return NPM
