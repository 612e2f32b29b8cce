{{- define "whos-that.name" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* Labels by which objects find each other; (list . "registration"). */}}
{{- define "whos-that.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: whos-that
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "whos-that.labels" -}}
{{ include "whos-that.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end }}

{{/* (list . "registration-service" .Values.registration.digest) */}}
{{- define "whos-that.image" -}}
{{- $root := index . 0 -}}
{{- $image := printf "%s/%s" $root.Values.image.registry (index . 1) -}}
{{- if index . 2 -}}
{{ $image }}@{{ index . 2 }}
{{- else -}}
{{ $image }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* What "restricted" of the Pod Security Standards asks for. Images name their user; OpenShift picks users and groups itself. */}}
{{- define "whos-that.podSecurity" -}}
runAsNonRoot: true
seccompProfile: {type: RuntimeDefault}
{{- if not .Values.openshift }}
fsGroup: 65532
{{- end }}
{{- end }}

{{- define "whos-that.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* The file of a secret in a pod. */}}
{{- define "whos-that.secretFile" -}}
/run/secrets/whos-that/{{ . }}
{{- end }}

{{/* Settings that every service has. */}}
{{- define "whos-that.settings" -}}
- {name: WHOS_THAT_BIND, value: "0.0.0.0"}
- {name: WHOS_THAT_LOG_FORMAT, value: json}
- {name: WHOS_THAT_DRAIN_SECONDS, value: {{ .Values.shutdown.drainSeconds | quote }}}
- {name: WHOS_THAT_GRACE_SECONDS, value: {{ .Values.shutdown.graceSeconds | quote }}}
- {name: WHOS_THAT_SERVICE_KEY_FILE, value: {{ include "whos-that.secretFile" "service-key" }}}
{{- with .Values.traces.endpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
{{- end }}
{{- end }}

{{/*
The Deployment of one service. `service` names it, `program` its image and binary, `values` its part of the values, `port`
its port; `settings` is its environment, `secrets` what it may read of the Secret: file name to key.
*/}}
{{- define "whos-that.deployment" -}}
{{- $root := .root -}}
{{- $name := printf "%s-%s" (include "whos-that.name" $root) .service -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels: {{- include "whos-that.labels" (list $root .service) | nindent 4 }}
spec:
  {{- if not (dig "autoscaling" "enabled" false .values) }}
  replicas: {{ .values.replicas }}
  {{- end }}
  # A new pod answers before an old one goes.
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels: {{- include "whos-that.selector" (list $root .service) | nindent 6 }}
  template:
    metadata:
      labels: {{- include "whos-that.labels" (list $root .service) | nindent 8 }}
    spec:
      automountServiceAccountToken: false
      # Variables made of Services' names look like settings, and settings that do not exist stop the start.
      enableServiceLinks: false
      {{- with $root.Values.image.pullSecrets }}
      imagePullSecrets: {{- range . }}
        - {name: {{ . }}}
      {{- end }}
      {{- end }}
      securityContext: {{- include "whos-that.podSecurity" $root | nindent 8 }}
      # Drain, grace, and what starting the stop takes.
      terminationGracePeriodSeconds: {{ add $root.Values.shutdown.drainSeconds $root.Values.shutdown.graceSeconds 10 }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "whos-that.selector" (list $root .service) | nindent 14 }}
      {{- with $root.Values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $root.Values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .service }}
          image: {{ include "whos-that.image" (list $root .program .values.digest) }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          securityContext: {{- include "whos-that.containerSecurity" $root | nindent 12 }}
          ports:
            - {name: http, containerPort: {{ .port }}, protocol: TCP}
          env:
            {{- include "whos-that.settings" $root | nindent 12 }}
            {{- .settings | nindent 12 }}
            {{- with .values.settings }}
            {{- range $name, $value := . }}
            - {name: {{ $name }}, value: {{ $value | quote }}}
            {{- end }}
            {{- end }}
          # Up to two minutes for the networks to open and the gallery to load; then a pod that hangs is replaced, and one
          # that cannot do its work, or is stopping, is asked nothing.
          startupProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 2
            failureThreshold: 60
          livenessProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 10
            timeoutSeconds: 3
            failureThreshold: 3
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 2
            timeoutSeconds: 2
            failureThreshold: 2
          resources: {{- toYaml .values.resources | nindent 12 }}
          volumeMounts:
            - {name: secrets, mountPath: /run/secrets/whos-that, readOnly: true}
            {{- with .pack }}
            - {name: pack, mountPath: /pack, readOnly: true}
            {{- end }}
      volumes:
        - name: secrets
          secret:
            secretName: {{ $root.Values.secrets.name }}
            defaultMode: 288 # 0440
            items:
              {{- range $file, $key := .secrets }}
              - {key: {{ $key }}, path: {{ $file }}}
              {{- end }}
        {{- with .pack }}
        - name: pack
          persistentVolumeClaim: {claimName: {{ . }}, readOnly: true}
        {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels: {{- include "whos-that.labels" (list $root .service) | nindent 4 }}
spec:
  selector: {{- include "whos-that.selector" (list $root .service) | nindent 4 }}
  ports:
    - {name: http, port: {{ .port }}, targetPort: http, protocol: TCP}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels: {{- include "whos-that.labels" (list $root .service) | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "whos-that.selector" (list $root .service) | nindent 6 }}
{{- end }}
