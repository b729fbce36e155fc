# Sourced by the scripts of this folder: a cluster that kubectl reaches, with the images of this commit loaded as :ci.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
namespace=llm-system
chart=charts/llm-gateway
gateway=http://llm-gateway-proxy.$namespace.svc:8080

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
  until curl --silent --output /dev/null "http://127.0.0.1:$port/healthz"; do sleep 0.2; done
  "$@" || status=$?
  kill "$forwarder"
  return "$status"
}
