# Sourced by the scripts of this folder: a cluster that kubectl reaches, with the images of this commit loaded as :ci.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
namespace=llm-system
chart=charts/llm-gateway

install() { # CHART [VALUES_FILE...]
  local from=$1 files=()
  shift
  for file in "$@"; do files+=(--values "$file"); done
  helm upgrade --install llm-gateway "$from" --namespace "$namespace" --create-namespace --wait --timeout 5m "${files[@]}"
}

# forward PORT COMMAND...: runs the command with the proxy's service at 127.0.0.1:PORT.
forward() {
  local port=$1 status=0
  shift
  kubectl --namespace "$namespace" port-forward service/llm-gateway-proxy "$port:8080" >/dev/null &
  local forwarder=$!
  if curl --silent --output /dev/null --retry 100 --retry-delay 1 --retry-max-time 60 --retry-connrefused \
    "http://127.0.0.1:$port/healthz"; then
    "$@" || status=$?
  else
    echo "port $port is not forwarded" >&2
    status=1
  fi
  kill "$forwarder" 2>/dev/null || true
  return "$status"
}
