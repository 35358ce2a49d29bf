#!/usr/bin/env bash
# Make or refresh a virtual environment: tools/venv.sh DIR [EXTRA]
# Does nothing when the pins, the project file and the interpreter are those of the last installation.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dir=$1
extra=${2:-}
target=".${extra:+[$extra]}"
pins=(constraints.txt)
[ "$extra" != bench ] || pins+=(constraints-bench.txt)

say() { printf '%s\n' "$*" >&2; }

find_python() {
    local name
    for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$name" ] || continue
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            "$name" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    say "Downrange needs Python 3.11 or later, and none was found. Install python3, or say PYTHON=/path/to/python make ..."
    exit 2
}

install_venv_module() { # Debian ships venv's pip apart from Python
    local cure="python3-venv" root=()
    say "Python's venv module is not complete here: Debian keeps it in the package $cure."
    [ "$(id -u)" = 0 ] || root=(sudo)
    if ! command -v apt-get >/dev/null || { [ -n "${root[*]}" ] && ! command -v sudo >/dev/null; }; then
        say "Install $cure as an administrator (Debian: apt-get install $cure), then run this again."
        exit 2
    fi
    say "Installing $cure ..."
    "${root[@]}" apt-get update -qq >/dev/null
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$cure" >/dev/null
}

fingerprint() { # what the installation depends on
    { cat pyproject.toml "${pins[@]}" tools/venv.sh; pwd; "$dir/bin/python" -VV; } | sha256sum | cut -d' ' -f1
}

fresh() { # DIR has this extra (or, for no extra, any) installed from the files as they are now
    local stamp
    for stamp in "$dir/.stamp-${extra:-core}" $([ -n "$extra" ] || echo "$dir/.stamp-test"); do
        [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ] && return 0
    done
    return 1
}

usable() { # it runs, and it was not moved here from another place: its scripts know where they live
    grep -qF "$(pwd -P)/$dir/" "$dir/bin/pip" && "$dir/bin/python" -c ''
}

if ! usable 2>/dev/null; then
    python=$(find_python)
    rm -rf "$dir"
    "$python" -c 'import ensurepip' 2>/dev/null || install_venv_module
    "$python" -m venv "$dir"
fi
if ! fresh; then
    say "Installing Downrange and what it needs into $dir (a few minutes the first time) ..."
    rm -f "$dir"/.stamp-*
    # The environment variable also reaches the build of the package itself, -c does not.
    PIP_CONSTRAINT="${pins[*]}" "$dir/bin/python" -m pip install --quiet --disable-pip-version-check -e "$target"
    fingerprint >"$dir/.stamp-${extra:-core}"
fi

# numba's cache does not see a change in a kernel that another kernel calls: drop it whenever any kernel changed.
kernels=$(find src -path '*_kernel*' -name '*.py' -exec sha256sum {} + | sort | sha256sum | cut -d' ' -f1)
if [ "$(cat "$dir/.stamp-kernels" 2>/dev/null)" != "$kernels" ]; then
    find src -path '*__pycache__*' -name '*.nb[ic]' -delete
    echo "$kernels" >"$dir/.stamp-kernels"
fi
