# Shared by the scripts in tools/: clear lines, Debian packages, builds, a dockerd of our own. Sourced, not run.
# shellcheck shell=bash disable=SC2034

started_at=$SECONDS

say() { printf '%s\n' "==> $*"; }
note() { printf '%s\n' "    $*"; }
die() {
  printf '%s\n' "error: $1" >&2
  shift
  for line in "$@"; do printf '%s\n' "       $line" >&2; done
  exit 1
}

# What every build needs.
build_packages=(g++ cmake ninja-build antlr4 libantlr4-runtime-dev libfmt-dev nlohmann-json3-dev libcurl4-openssl-dev
  libsqlite3-dev libboost1.81-dev libcli11-dev libssl-dev libre2-dev libyaml-cpp-dev python3 python3-yaml)

# Names of those packages that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || printf '%s\n' "$package"
  done
}

# install_packages PACKAGE...: installs what is missing; fails when that is not possible.
install_packages() {
  local missing
  missing=$(missing_packages "$@" | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || die "these Debian packages are missing: $missing" "This is not a Debian system; install their equivalents."
  [ "$(id -u)" = 0 ] || die "these Debian packages are missing: $missing" "Run as root, or: apt-get install $missing"
  note "installing $missing"
  local log
  log=$(mktemp)
  # shellcheck disable=SC2086  # a list of words
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# build PRESET TARGET...: configures when needed and builds, with progress on one line of a terminal or a line each 10 %.
build() {
  local preset=$1
  shift
  local log=build/$preset.log
  mkdir -p build
  cmake --preset "$preset" >"$log" 2>&1 || {
    cat "$log" >&2
    die "the preset $preset does not configure; the reason is above"
  }
  local begun=$SECONDS
  if ! NINJA_STATUS='[%f/%t] ' ninja -C "build/$preset" "$@" 2>&1 | tee -a "$log" | show_progress; then
    grep -vE '^\[[0-9]+/[0-9]+\] |^ninja: Entering' "$log" | tail -n 60 >&2
    die "the build of $preset failed; all of it is in $log"
  fi
  note "$preset built in $((SECONDS - begun)) s"
}

# Lines "[f/t] …" of ninja and "f/t Test …" of ctest become a line each 10 %, or one changing line on a terminal.
show_progress() {
  awk -v terminal="$([ -t 1 ] && echo 1 || echo 0)" '
    match($0, /^\[[0-9]+\/[0-9]+\] /) || match($0, /^ *[0-9]+\/[0-9]+ Test /) {
      split(substr($0, 1, RLENGTH), of, /[^0-9]+/)
      done = of[1] == "" ? of[2] : of[1]
      all = of[1] == "" ? of[3] : of[2]
      if (++seen > done) done = seen
      if (terminal) printf "\r    %d of %d", done, all
      else if (all && int(10 * done / all) > shown) { shown = int(10 * done / all); printf "    %d %% (%d of %d)\n", 10 * shown, done, all }
      fflush()
    }
    END { if (terminal) printf "\n" }'
}

# docker_answers SOCKET_OR_URL
docker_answers() { docker -H "$1" version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# wait_for_docker URL PID LOG: until the daemon answers, at most 60 s.
wait_for_docker() {

  for _ in $(seq 1 300); do
    docker_answers "$1" && return 0
    if ! kill -0 "$2" 2>/dev/null; then break; fi
    sleep 0.2
  done
  tail -n 15 "$3" >&2
  return 1
}
