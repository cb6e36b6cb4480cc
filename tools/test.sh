# test.sh - sourced by ./dev: what `./dev test` and `./dev torture` do. A step that fails ends the run with its output.

step() { # step TITLE COMMAND...: one line when it is well
  local title=$1 start=$SECONDS log
  shift
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    printf 'ok    %-44s %4d s  %s\n' "$title" $((SECONDS - start)) "$(tail -n 1 "$log" | cut -c1-100)"
    rm -f "$log"
  else
    printf 'FAIL  %-44s %4d s\n' "$title" $((SECONDS - start))
    tail -n 60 "$log"
    rm -f "$log"
    exit 1
  fi
}

unit_tests() { # unit_tests PRESET
  ctest --test-dir "build/$1" --output-on-failure -j2
}

# Packages of std whose own tests pass whole; ./dev std runs them all.
std_packages="errors strings bytes strconv unicode/utf8 sort slices maps container/heap math math/bits bufio io fmt path
  text/tabwriter encoding/base64 encoding/hex encoding/csv hash/crc32"

run_torture() {
  build asan || exit 1
  step "programs, ASan + UBSan" python3 conformance/programs.py --govm build/asan/govm
  step "programs, ASan, gcstress" env GOVM_DEBUG=gcstress=1 python3 conformance/programs.py --govm build/asan/govm
  step "programs, ASan, stackseg" env GOVM_DEBUG=stackseg=1 python3 conformance/programs.py --govm build/asan/govm
  step "sessions, ASan + UBSan" python3 conformance/repl/run.py --govm build/asan/govm
  step "sessions, gcstress" env GOVM_DEBUG=gcstress=1 python3 conformance/repl/run.py --govm build/govm
}

run_tests() {
  local all=0
  [ "${1:-}" = --all ] && all=1
  step "build release (clang-19)" build release
  step "build gcc (gcc-12)" build gcc
  step "build asan (clang-19, ASan + UBSan)" build asan
  step "includes, self-contained headers" python3 tools/check_includes.py
  step "documents" python3 tools/docs.py --check
  step "state that snapshots carry" python3 tools/check_snapshot.py build/release
  step "unit tests, release" unit_tests release
  step "unit tests, ASan + UBSan" unit_tests asan
  step "programs, release" python3 conformance/programs.py --govm build/govm
  step "programs, release, std from source" env GOVM_IMAGE=off python3 conformance/programs.py --govm build/govm
  step "programs, gcc build" python3 conformance/programs.py --govm build/gcc/govm
  step "the image" python3 conformance/image.py --govm build/release/govm
  step "packages and modules" python3 conformance/modules/run.py --govm build/govm
  step "govm test" python3 conformance/gotest/run.py --govm build/govm
  step "govm build" python3 conformance/build/run.py --govm build/govm
  step "the package cache" python3 conformance/build/cache.py --govm build/govm
  step "sessions" python3 conformance/repl/run.py --govm build/govm
  step "tests of std" build/govm test -short $std_packages
  run_torture
  step "GOROOT/test" python3 conformance/run.py --govm build/govm --goroot "$GOVM_GOROOT" --timeout 120
  if [ $all = 1 ]; then
    build tsan || exit 1
    step "unit tests, TSan" unit_tests tsan
    step "programs, TSan" python3 conformance/programs.py --govm build/tsan/govm
    step "programs, verify" env GOVM_DEBUG=verify=1 python3 conformance/programs.py --govm build/govm
  fi
  say "all steps passed"
}
