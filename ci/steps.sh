# Sourced by the scripts that do one thing after another: each is named before it starts, and timed.
#
# Runs COMMAND, which is expected to take about as long as EXPECTED says: step NAME EXPECTED COMMAND...
step() {
    local name=$1 expected=$2 start=$SECONDS
    shift 2
    echo "== $name, about $expected"
    "$@"
    echo "== $name took $((SECONDS - start)) s"
}
