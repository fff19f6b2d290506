# Sourced by ./check and .ci/run.

# also <label> <log file> <command>...: runs it and adds the tests that its last line counts to
# `passed`, `failed` and `skipped`. Exit code 2, a machine that lacks something, is one test skipped,
# with its line in `skipped_lines`. The log is shown where something failed.
also() {
  local label=$1 log=$2 start=$SECONDS outcome=0 counts
  shift 2
  "$@" >"$log" 2>&1 </dev/null || outcome=$?
  printf '%-20s%5d s\n' "$label" $((SECONDS - start))
  counts=$(tail -n 1 "$log")
  if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    skipped=$((skipped + BASH_REMATCH[3]))
    ((outcome == 0)) || { cat "$log" >&2; status=1; }
  elif ((outcome == 2)); then
    skipped=$((skipped + 1))
    skipped_lines+="  $label: $counts"$'\n'
  else
    cat "$log" >&2
    failed=$((failed + 1)) status=1
  fi
}
