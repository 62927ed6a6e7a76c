# shellcheck shell=bash
# Python packages for the tests, in a virtual environment below target/ that is made once.

readonly python_home=target/python
# The interpreter of that environment.
readonly python=$python_home/bin/python

# Installs a package there, unless it is there already. Fails, saying why, where there is no Python or no network.
python_package() { # NAME VERSION
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" != 0 ] || ! have apt-get; then
      say "python3 with its venv is not installed: $1 cannot be had"
      return 1
    fi
    install_packages python3-venv
  fi
  # A half made environment has no pip.
  if ! "$python" -m pip --version >/dev/null 2>&1; then run python3 -m venv --clear "$python_home" || return 1; fi
  [ "$("$python" -c "import importlib.metadata as m; print(m.version('$1'))" 2>/dev/null)" != "$2" ] || return 0
  run "$python" -m pip --quiet --disable-pip-version-check install "$1==$2" || {
    say "$1 $2 cannot be installed"
    return 1
  }
}
