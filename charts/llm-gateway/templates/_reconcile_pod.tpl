{{/* List of root, provider and where its key is. A store that is a file is on the collector's volume, which one node has. */}}
{{- define "llmgw.reconcilePod" -}}
{{- $root := index . 0 -}}
{{- $provider := index . 1 -}}
{{- $from := index . 2 -}}
{{- $collector := $root.Values.collector -}}
{{- $isFile := not (include "llmgw.hasStore" $root) -}}
metadata:
  labels:
    {{- include "llmgw.serviceSelector" (list $root "reconcile") | nindent 4 }}
    {{- with $root.Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  restartPolicy: Never
  {{- include "llmgw.podSpec" (list $root ($isFile | ternary (omit $collector "affinity") $collector)) | nindent 2 }}
  {{- if $isFile }}
  affinity:
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "llmgw.serviceSelector" (list $root "collector") | nindent 14 }}
  {{- end }}
  containers:
    - name: reconcile
      image: {{ include "llmgw.image" (list $root $collector) | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args:
        - reconcile
        - --provider={{ $provider }}
        - --tolerance={{ $root.Values.collector.reconcile.tolerance }}
        {{- range $from.extraArgs }}
        - {{ . | quote }}
        {{- end }}
      {{- include "llmgw.containerSecurity" $root | nindent 6 }}
      env:
        {{- include "llmgw.reconcileStore" $root | nindent 8 }}
        - {name: RECONCILE_KEY_FILE, value: /etc/llm-gateway/reconcile/key}
        {{- with $from.baseUrl }}
        - {name: RECONCILE_BASE_URL, value: {{ . | quote }}}
        {{- end }}
        {{- if $root.Values.gatewayConfig }}
        - {name: GATEWAY_CONFIG, value: /etc/llm-gateway/config}
        {{- end }}
      resources:
        {{- toYaml $root.Values.collector.reconcile.resources | nindent 8 }}
      volumeMounts:
        {{- if $root.Values.gatewayConfig }}
        {{- include "llmgw.configMount" $root | nindent 8 }}
        {{- end }}
        - name: reconcile-key
          mountPath: /etc/llm-gateway/reconcile
          readOnly: true
        {{- with include "llmgw.storeMounts" $root }}
        {{- trim . | nindent 8 }}
        {{- end }}
        {{- if $isFile }}
        - name: events
          mountPath: /var/lib/llm-gateway
        {{- end }}
  volumes:
    {{- if $root.Values.gatewayConfig }}
    {{- include "llmgw.configVolume" (list $root "collector") | nindent 4 }}
    {{- end }}
    - name: reconcile-key
      secret:
        secretName: {{ $from.existingSecret }}
        items: [{key: {{ $from.secretKey }}, path: key}]
        defaultMode: 0440
    {{- with include "llmgw.storeVolumes" $root }}
    {{- trim . | nindent 4 }}
    {{- end }}
    {{- if $isFile }}
    - name: events
      persistentVolumeClaim:
        claimName: {{ default (printf "%s-events" (include "llmgw.name" (list $root "collector"))) $collector.persistence.existingClaim }}
    {{- end }}
{{- end }}

{{/* The collector's store, as variables of a container. */}}
{{- define "llmgw.reconcileStore" -}}
{{- with .Values.collector.store.postgres -}}
{{- if .url -}}
- {name: STORE_URL, value: {{ .url | quote }}}
{{- else if .urlSecret.existingSecret -}}
- name: STORE_URL
  valueFrom:
    secretKeyRef: {name: {{ .urlSecret.existingSecret }}, key: {{ .urlSecret.secretKey }}}
{{- else -}}
- {name: STORE_URL, value: "sqlite:/var/lib/llm-gateway/events.db"}
{{- end }}
{{- if .password.existingSecret }}
- {name: STORE_PASSWORD_FILE, value: /etc/llm-gateway/store-password/password}
{{- end }}
{{- if .ca.existingSecret }}
- {name: STORE_CA_FILE, value: /etc/llm-gateway/store-ca/ca}
{{- end }}
{{- end }}
{{- end }}

{{/* The ports of the servers that are asked, each once, as what stands between the brackets of a list. */}}
{{- define "llmgw.reconcilePorts" -}}
{{- $ports := list -}}
{{- range .Values.collector.reconcile.providers -}}
{{- $url := urlParse (default "https://provider" .baseUrl) -}}
{{- $ports = append $ports (regexMatch ":[0-9]+$" $url.host | ternary (regexFind "[0-9]+$" $url.host) "443" | int) -}}
{{- end -}}
{{- range $index, $port := uniq $ports | sortAlpha }}{{ if $index }}, {{ end }}{port: {{ $port }}, protocol: TCP}{{ end -}}
{{- end }}
