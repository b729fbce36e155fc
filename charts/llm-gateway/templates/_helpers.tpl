{{/* Names, labels, images: what all objects share. */}}

{{- define "llmgw.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of one daemon's objects: list of root and component. */}}
{{- define "llmgw.name" -}}
{{- printf "%s-%s" (include "llmgw.fullname" (index . 0)) (index . 1) -}}
{{- end }}

{{/* What a service selects: never changes, for selectors are immutable. */}}
{{- define "llmgw.serviceSelector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ default $root.Chart.Name $root.Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* What a workload selects. The proxy's mode is part of it: while one mode replaces the other, neither takes the
     other's pods over, and the service has both. */}}
{{- define "llmgw.selector" -}}
{{ include "llmgw.serviceSelector" . }}
{{- if eq (index . 1) "proxy" }}
llm-gateway/mode: {{ (index . 0).Values.proxy.mode }}
{{- end }}
{{- end }}

{{- define "llmgw.labels" -}}
{{- $root := index . 0 -}}
{{ include "llmgw.serviceSelector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/part-of: llm-gateway
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Head of an object's metadata: list of root, component, name. */}}
{{- define "llmgw.metadata" -}}
name: {{ index . 2 }}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "llmgw.labels" . | nindent 2 }}
{{- end }}

{{/* Image of a daemon: list of root and the daemon's values. */}}
{{- define "llmgw.image" -}}
{{- $root := index . 0 -}}
{{- $image := (index . 1).image -}}
{{- with $root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- $image.repository }}:{{ default $root.Chart.AppVersion $image.tag -}}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end }}

{{- define "llmgw.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "llmgw.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- define "llmgw.secretName" -}}
{{- if .Values.proxy.upstream.create -}}
{{- include "llmgw.name" (list . "upstream-key") -}}
{{- else -}}
{{- .Values.proxy.upstream.existingSecret -}}
{{- end -}}
{{- end }}

{{- define "llmgw.collectorUrl" -}}
{{- if .Values.collector.enabled -}}
{{- printf "http://%s:%v" (include "llmgw.name" (list . "collector")) .Values.collector.service.port -}}
{{- else -}}
{{- .Values.collector.externalUrl -}}
{{- end -}}
{{- end }}

{{/* Whether the configuration file says who the upstreams are, and not proxy.upstream. */}}
{{- define "llmgw.hasProviders" -}}
{{- if hasKey .Values.gatewayConfig "providers" }}true{{ end -}}
{{- end }}

{{- define "llmgw.upstreamUrls" -}}
{{- if include "llmgw.hasProviders" . -}}
{{- range .Values.gatewayConfig.providers }}{{ default "https://api.openai.com" .base_url }} {{ end -}}
{{- else -}}
{{- .Values.proxy.upstream.baseUrl -}}
{{- end -}}
{{- end }}

{{/* The ports of all upstreams, each once, as what stands between the brackets of a list. */}}
{{- define "llmgw.upstreamPorts" -}}
{{- $ports := list -}}
{{- if .Values.networkPolicy.upstreamPort -}}
{{- $ports = append $ports (.Values.networkPolicy.upstreamPort | int) -}}
{{- else -}}
{{- range include "llmgw.upstreamUrls" . | trim | splitList " " -}}
{{- $url := urlParse . -}}
{{- if regexMatch ":[0-9]+$" $url.host -}}
{{- $ports = append $ports (regexFind "[0-9]+$" $url.host | int) -}}
{{- else -}}
{{- $ports = append $ports (eq $url.scheme "http" | ternary 80 443) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $index, $port := uniq $ports | sortAlpha }}{{ if $index }}, {{ end }}{port: {{ $port }}, protocol: TCP}{{ end -}}
{{- end }}

{{/* More than one proxy pod, as far as the chart decides it. */}}
{{- define "llmgw.severalProxies" -}}
{{- $count := .Values.proxy.replicas -}}
{{- if .Values.proxy.autoscaling.enabled }}{{ $count = .Values.proxy.autoscaling.minReplicas }}{{ end -}}
{{- if and (eq .Values.proxy.mode "deployment") (gt (int $count) 1) }}true{{ end -}}
{{- end }}

{{- define "llmgw.proxyPdb" -}}
{{- $enabled := toString .Values.proxy.pdb.enabled -}}
{{- if or (eq $enabled "true") (and (eq $enabled "auto") (include "llmgw.severalProxies" .)) }}true{{ end -}}
{{- end }}

{{/* A pod as the namespace label pod-security "restricted" wants it. */}}
{{- define "llmgw.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "llmgw.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* The head of a pod's spec: list of root and the daemon's values. */}}
{{- define "llmgw.podSpec" -}}
{{- $root := index . 0 -}}
{{- $daemon := index . 1 -}}
serviceAccountName: {{ include "llmgw.serviceAccountName" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{ include "llmgw.podSecurity" $root }}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $daemon.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $daemon.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $daemon.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $daemon.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Startup, liveness and readiness on one port. Readiness fails at the first refusal: a draining pod gets nothing new. */}}
{{- define "llmgw.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  periodSeconds: 1
  failureThreshold: 30
livenessProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  periodSeconds: 10
  timeoutSeconds: 3
readinessProbe:
  httpGet: {path: /readyz, port: {{ . }}}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 1
{{- end }}

{{/* Whether a daemon has the token for events: list of root and component. */}}
{{- define "llmgw.hasEventsToken" -}}
{{- $token := (index . 0).Values.events.token -}}
{{- if and $token.existingSecret (or $token.required (eq (index . 1) "proxy")) }}true{{ end -}}
{{- end }}

{{/* Its mount and its volume, the same in either pod. */}}
{{- define "llmgw.eventsTokenMount" -}}
- name: events-token
  mountPath: /etc/llm-gateway/events-token
  readOnly: true
{{- end }}

{{/* The token for limits, where there is one of its own. */}}
{{- define "llmgw.limitsTokenMount" -}}
- name: limits-token
  mountPath: /etc/llm-gateway/limits-token
  readOnly: true
{{- end }}

{{- define "llmgw.limitsTokenVolume" -}}
- name: limits-token
  secret:
    secretName: {{ .Values.limits.token.existingSecret }}
    items: [{key: {{ .Values.limits.token.secretKey }}, path: token}]
    defaultMode: 0440
{{- end }}

{{/* The kind of database that the collector writes into, a name of `collector.store`; empty: none. */}}
{{- define "llmgw.storeKind" -}}
{{- with .Values.collector.store }}
{{- if .clickhouse.url }}clickhouse{{ else if or .postgres.url .postgres.urlSecret.existingSecret }}postgres{{ end -}}
{{- end }}
{{- end }}

{{/* Whether the collector writes into a database. */}}
{{- define "llmgw.hasStore" -}}
{{- if include "llmgw.storeKind" . }}true{{ end -}}
{{- end }}

{{/* Where its server is found. */}}
{{- define "llmgw.storePort" -}}
{{- .Values.networkPolicy.storePort | default (eq (include "llmgw.storeKind" .) "clickhouse" | ternary 8443 5432) -}}
{{- end }}

{{/* Its password and certificates, where there are such. */}}
{{- define "llmgw.storeMounts" -}}
{{- with include "llmgw.storeKind" . }}
{{- $store := index $.Values.collector.store . }}
{{- range $name := list "password" "ca" }}
{{- if (index $store $name).existingSecret }}
- name: store-{{ $name }}
  mountPath: /etc/llm-gateway/store-{{ $name }}
  readOnly: true
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "llmgw.storeVolumes" -}}
{{- with include "llmgw.storeKind" . }}
{{- $store := index $.Values.collector.store . }}
{{- range $name := list "password" "ca" }}
{{- with index $store $name }}
{{- if .existingSecret }}
- name: store-{{ $name }}
  secret:
    secretName: {{ .existingSecret }}
    items: [{key: {{ .secretKey }}, path: {{ $name }}}]
    defaultMode: 0440
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Whether the configuration file has limits, which one collector alone may lend. */}}
{{- define "llmgw.hasLimits" -}}
{{- if or (hasKey .Values.gatewayConfig "plans") (hasKey .Values.gatewayConfig "tenants") }}true{{ end -}}
{{- end }}

{{/* Whether the collector of this release lends them to the proxies. */}}
{{- define "llmgw.lends" -}}
{{- if and .Values.limits.cluster .Values.collector.enabled (include "llmgw.hasLimits" .) }}true{{ end -}}
{{- end }}

{{/* Mount and volume of the configuration file, the same in either pod. A change of it needs no new pod. */}}
{{- define "llmgw.configMount" -}}
- name: config
  mountPath: /etc/llm-gateway/config
  readOnly: true
{{- end }}

{{/* Whether a daemon has the configuration file: list of root and component. Keys are for the proxy, and for a collector
     that lends, as they may have limits. */}}
{{- define "llmgw.hasConfig" -}}
{{- $root := index . 0 -}}
{{- if or $root.Values.gatewayConfig (and (eq (index . 1) "proxy") $root.Values.gatewayKeys.existingSecrets) }}true{{ end -}}
{{- end }}

{{/* The same list. Several sources lie in one folder, which is replaced as a whole. */}}
{{- define "llmgw.configVolume" -}}
{{- $root := index . 0 -}}
{{- $hasKeys := or (eq (index . 1) "proxy") (eq (include "llmgw.lends" $root) "true") -}}
{{- $keys := $hasKeys | ternary $root.Values.gatewayKeys.existingSecrets list -}}
- name: config
  {{- if $keys }}
  projected:
    defaultMode: 0440
    sources:
      {{- if $root.Values.gatewayConfig }}
      - configMap: {name: {{ include "llmgw.name" (list $root "config") }}}
      {{- end }}
      {{- range $keys }}
      - secret: {name: {{ . }}}
      {{- end }}
  {{- else }}
  configMap: {name: {{ include "llmgw.name" (list $root "config") }}}
  {{- end }}
{{- end }}

{{- define "llmgw.eventsTokenVolume" -}}
- name: events-token
  secret:
    secretName: {{ .Values.events.token.existingSecret }}
    items: [{key: {{ .Values.events.token.secretKey }}, path: token}]
    defaultMode: 0440
{{- end }}
