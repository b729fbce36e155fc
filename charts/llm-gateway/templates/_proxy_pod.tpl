{{/* The proxy's pod, the same for Deployment and DaemonSet. */}}
{{- define "llmgw.proxyPod" -}}
{{- $proxy := .Values.proxy -}}
metadata:
  annotations:
    checksum/config: {{ include "llmgw.proxyConfig" . | sha256sum }}
    {{- with $proxy.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "llmgw.selector" (list . "proxy") | nindent 4 }}
    {{- with .Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with $proxy.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "llmgw.podSpec" (list . $proxy) | nindent 2 }}
  # The time that DRAIN_DELAY, DRAIN_TIMEOUT and EVENT_DRAIN_TIMEOUT take, and five seconds to end.
  {{- with $proxy.shutdown }}
  terminationGracePeriodSeconds: {{ add .delaySeconds .drainSeconds .eventSeconds 5 }}
  {{- end }}
  # Names with two dots, as the upstream's, are not tried in the cluster's search domains first.
  dnsConfig: {options: [{name: ndots, value: "2"}]}
  {{- if eq $proxy.mode "deployment" }}
  topologySpreadConstraints:
    {{- if $proxy.topologySpreadConstraints }}
    {{- toYaml $proxy.topologySpreadConstraints | nindent 4 }}
    {{- else }}
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "llmgw.selector" (list . "proxy") | nindent 10 }}
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
  containers:
    - name: llm-proxy
      image: {{ include "llmgw.image" (list . $proxy) | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- include "llmgw.containerSecurity" . | nindent 6 }}
      ports:
        - name: http
          containerPort: 8080
          {{- with $proxy.hostPort }}
          hostPort: {{ . }}
          {{- end }}
        - name: admin
          containerPort: 9090
      envFrom:
        - configMapRef: {name: {{ include "llmgw.name" (list . "proxy") }}}
        {{- with $proxy.extraEnvFrom }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $proxy.extraEnv }}
      env:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- include "llmgw.probes" "admin" | nindent 6 }}
      resources:
        {{- toYaml $proxy.resources | nindent 8 }}
      volumeMounts:
        {{- if include "llmgw.hasConfig" (list . "proxy") }}
        {{- include "llmgw.configMount" . | nindent 8 }}
        {{- end }}
        {{- range .Values.gatewayConfigSecrets }}
        - name: key-{{ .name }}
          mountPath: /etc/llm-gateway/keys/{{ .name }}
          readOnly: true
        {{- end }}
        {{- if not (include "llmgw.hasProviders" .) }}
        - name: upstream-key
          mountPath: /etc/llm-gateway/upstream-key
          readOnly: true
        {{- end }}
        {{- if include "llmgw.hasEventsToken" (list . "proxy") }}
        {{- include "llmgw.eventsTokenMount" . | nindent 8 }}
        {{- end }}
        {{- if .Values.limits.token.existingSecret }}
        {{- include "llmgw.limitsTokenMount" . | nindent 8 }}
        {{- end }}
        {{- if $proxy.upstream.caBundle.configMap }}
        - name: upstream-ca
          mountPath: /etc/llm-gateway/upstream-ca
          readOnly: true
        {{- end }}
        {{- if $proxy.spool.enabled }}
        - name: spool
          mountPath: /var/lib/llm-gateway/spool
        {{- end }}
        {{- with $proxy.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    {{- if include "llmgw.hasConfig" (list . "proxy") }}
    {{- include "llmgw.configVolume" (list . "proxy") | nindent 4 }}
    {{- end }}
    {{- range .Values.gatewayConfigSecrets }}
    - name: key-{{ .name }}
      secret: {secretName: {{ .existingSecret }}, defaultMode: 0440}
    {{- end }}
    {{- if not (include "llmgw.hasProviders" .) }}
    - name: upstream-key
      secret:
        secretName: {{ include "llmgw.secretName" . }}
        items: [{key: {{ $proxy.upstream.secretKey }}, path: key}]
        defaultMode: 0440
    {{- end }}
    {{- if include "llmgw.hasEventsToken" (list . "proxy") }}
    {{- include "llmgw.eventsTokenVolume" . | nindent 4 }}
    {{- end }}
    {{- if .Values.limits.token.existingSecret }}
    {{- include "llmgw.limitsTokenVolume" . | nindent 4 }}
    {{- end }}
    {{- with $proxy.upstream.caBundle }}
    {{- if .configMap }}
    - name: upstream-ca
      configMap:
        name: {{ .configMap }}
        items: [{key: {{ .key }}, path: ca.crt}]
    {{- end }}
    {{- end }}
    {{- if $proxy.spool.enabled }}
    {{- include "llmgw.spoolVolume" . | nindent 4 }}
    {{- end }}
    {{- with $proxy.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* A quarter more than the spool may hold, for what its store needs besides. */}}
{{- define "llmgw.spoolVolume" -}}
{{- $spool := .Values.proxy.spool -}}
{{- $size := printf "%dMi" (div (mul (int $spool.sizeMiB) 5) 4) -}}
- name: spool
  {{- if eq $spool.type "emptyDir" }}
  emptyDir: {sizeLimit: {{ $size }}}
  {{- else if eq $spool.type "hostPath" }}
  hostPath: {path: {{ $spool.hostPath }}, type: Directory}
  {{- else }}
  ephemeral:
    volumeClaimTemplate:
      spec:
        accessModes: [ReadWriteOnce]
        {{- with $spool.storageClass }}
        storageClassName: {{ . }}
        {{- end }}
        resources: {requests: {storage: {{ $size }}}}
  {{- end }}
{{- end }}

{{/* Its environment, as data of the ConfigMap. */}}
{{- define "llmgw.proxyConfig" -}}
{{- $proxy := .Values.proxy -}}
LISTEN_ADDR: ":8080"
ADMIN_LISTEN_ADDR: ":9090"
{{- if include "llmgw.hasConfig" (list . "proxy") }}
GATEWAY_CONFIG: /etc/llm-gateway/config
{{- end }}
{{- if ne .Values.gatewayKeys.mode "off" }}
GATEWAY_KEYS: {{ .Values.gatewayKeys.mode }}
{{- end }}
{{- if not (include "llmgw.hasProviders" .) }}
UPSTREAM_OPENAI_BASE_URL: {{ $proxy.upstream.baseUrl | quote }}
UPSTREAM_OPENAI_API_KEY_FILE: /etc/llm-gateway/upstream-key/key
{{- end }}
{{- if $proxy.upstream.caBundle.configMap }}
UPSTREAM_CA_FILE: /etc/llm-gateway/upstream-ca/ca.crt
{{- end }}
{{- with include "llmgw.collectorUrl" . }}
COLLECTOR_URL: {{ . | quote }}
{{- end }}
{{- if include "llmgw.hasEventsToken" (list . "proxy") }}
EVENTS_TOKEN_FILE: /etc/llm-gateway/events-token/token
{{- end }}
{{- if and (include "llmgw.lends" .) (not (hasKey $proxy.settings "LIMITS_URL")) }}
LIMITS_URL: {{ include "llmgw.collectorUrl" . | quote }}
{{- end }}
{{- if .Values.limits.token.existingSecret }}
LIMITS_TOKEN_FILE: /etc/llm-gateway/limits-token/token
{{- end }}
{{- if $proxy.spool.enabled }}
EVENT_SPOOL_DIR: /var/lib/llm-gateway/spool
EVENT_SPOOL_MAX: {{ printf "%dMiB" (int $proxy.spool.sizeMiB) }}
{{- end }}
EVENT_SPOOL_EPHEMERAL: {{ and $proxy.spool.enabled (ne $proxy.spool.type "hostPath") | ternary "on" "off" | quote }}
EVENT_DRAIN_TIMEOUT: {{ printf "%ds" (int $proxy.shutdown.eventSeconds) }}
DRAIN_DELAY: {{ printf "%ds" (int $proxy.shutdown.delaySeconds) }}
DRAIN_TIMEOUT: {{ printf "%ds" (int $proxy.shutdown.drainSeconds) }}
{{- range $name, $value := $proxy.settings }}
{{ $name }}: {{ kindIs "float64" $value | ternary (int64 $value) $value | toString | quote }}
{{- end }}
{{- end }}
