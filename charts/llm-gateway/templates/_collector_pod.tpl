{{- define "llmgw.collectorPod" -}}
{{- $collector := .Values.collector -}}
metadata:
  annotations:
    checksum/config: {{ include "llmgw.collectorConfig" . | sha256sum }}
    {{- with $collector.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "llmgw.selector" (list . "collector") | nindent 4 }}
    {{- with .Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with $collector.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "llmgw.podSpec" (list . $collector) | nindent 2 }}
  containers:
    - name: llm-collector
      image: {{ include "llmgw.image" (list . $collector) | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- include "llmgw.containerSecurity" . | nindent 6 }}
      ports:
        - name: http
          containerPort: 8081
      envFrom:
        - configMapRef: {name: {{ include "llmgw.name" (list . "collector") }}}
        {{- with $collector.extraEnvFrom }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- $urlSecret := $collector.store.postgres.urlSecret }}
      {{- if or $urlSecret.existingSecret $collector.extraEnv }}
      env:
        {{- if $urlSecret.existingSecret }}
        - name: STORE_URL
          valueFrom:
            secretKeyRef: {name: {{ $urlSecret.existingSecret }}, key: {{ $urlSecret.secretKey }}}
        {{- end }}
        {{- with $collector.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
      {{- include "llmgw.probes" "http" | nindent 6 }}
      resources:
        {{- toYaml $collector.resources | nindent 8 }}
      {{- $token := include "llmgw.hasEventsToken" (list . "collector") }}
      {{- $limitsToken := .Values.limits.token.existingSecret }}
      {{- $storeMounts := include "llmgw.storeMounts" . }}
      {{- if or $collector.persistence.enabled $token $limitsToken $storeMounts .Values.gatewayConfig $collector.extraVolumeMounts }}
      volumeMounts:
        {{- if .Values.gatewayConfig }}
        {{- include "llmgw.configMount" . | nindent 8 }}
        {{- end }}
        {{- if $token }}
        {{- include "llmgw.eventsTokenMount" . | nindent 8 }}
        {{- end }}
        {{- if $limitsToken }}
        {{- include "llmgw.limitsTokenMount" . | nindent 8 }}
        {{- end }}
        {{- with $storeMounts }}
        {{- trim . | nindent 8 }}
        {{- end }}
        {{- if $collector.persistence.enabled }}
        - name: events
          mountPath: /var/lib/llm-gateway
        {{- end }}
        {{- with $collector.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
  {{- $storeVolumes := include "llmgw.storeVolumes" . }}
  {{- if or $collector.persistence.enabled $token $limitsToken $storeVolumes .Values.gatewayConfig $collector.extraVolumes }}
  volumes:
    {{- if .Values.gatewayConfig }}
    {{- include "llmgw.configVolume" (list . "collector") | nindent 4 }}
    {{- end }}
    {{- if $token }}
    {{- include "llmgw.eventsTokenVolume" . | nindent 4 }}
    {{- end }}
    {{- if $limitsToken }}
    {{- include "llmgw.limitsTokenVolume" . | nindent 4 }}
    {{- end }}
    {{- with $storeVolumes }}
    {{- trim . | nindent 4 }}
    {{- end }}
    {{- with $collector.persistence }}
    {{- if .enabled }}
    - name: events
      persistentVolumeClaim:
        claimName: {{ default (printf "%s-events" (include "llmgw.name" (list $ "collector"))) .existingClaim }}
    {{- end }}
    {{- end }}
    {{- with $collector.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
{{- end }}

{{- define "llmgw.collectorConfig" -}}
PORT: "8081"
{{- if include "llmgw.hasEventsToken" (list . "collector") }}
EVENTS_TOKEN_FILE: /etc/llm-gateway/events-token/token
{{- end }}
{{- with include "llmgw.storeKind" . }}
{{- with index $.Values.collector.store . }}
{{- with .url }}
STORE_URL: {{ . | quote }}
{{- end }}
{{- if .password.existingSecret }}
STORE_PASSWORD_FILE: /etc/llm-gateway/store-password/password
{{- end }}
{{- if .ca.existingSecret }}
STORE_CA_FILE: /etc/llm-gateway/store-ca/ca
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.collector.persistence.enabled (not (include "llmgw.hasStore" .)) }}
{{- if eq .Values.collector.persistence.format "sqlite" }}
STORE_URL: sqlite:/var/lib/llm-gateway/events.db
{{- else }}
EVENT_LOG_PATH: /var/lib/llm-gateway/events.ndjson
{{- end }}
{{- end }}
{{- if .Values.limits.token.existingSecret }}
LIMITS_TOKEN_FILE: /etc/llm-gateway/limits-token/token
{{- end }}
{{- if and .Values.collector.persistence.enabled .Values.gatewayConfig }}
LIMITS_STATE_DIR: /var/lib/llm-gateway/limits
{{- end }}
{{- if .Values.gatewayConfig }}
GATEWAY_CONFIG: /etc/llm-gateway/config
{{- end }}
{{- range $name, $value := .Values.collector.settings }}
{{ $name }}: {{ kindIs "float64" $value | ternary (int64 $value) $value | toString | quote }}
{{- end }}
{{- end }}
